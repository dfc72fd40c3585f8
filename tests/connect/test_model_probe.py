"""The doctor's question to a real model's endpoint."""

from __future__ import annotations

import pytest

from tests.model_server import Asked, serving
from threadlab.backend.completer.openai_compatible.endpoint import endpoint_at
from threadlab.connect.model_probe import probe


def has(*names: str) -> dict[str, object]:
    """The endpoint's answer with these models."""
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


@pytest.mark.parametrize(
    ("status", "body", "level", "what"),
    [
        (200, has("m", "n"), "ok", "answers and has the model m"),
        (200, has("m:latest"), "ok", "answers and has the model m"),
        (200, has("n", "o"), "problem", "it names n, o"),
        (200, has(), "problem", "it names none"),
        (404, {"error": {"message": "no"}}, "warn", "does not say which models"),
        (401, {"error": {"message": "no"}}, "problem", "set MODEL_API_KEY"),
        (500, {"error": {"message": "no"}}, "problem", "failed (500"),
    ],
)
def test_what_the_endpoint_says_is_judged(status: int, body: object, level: str, what: str) -> None:
    """Each answer with what to do."""

    def answer(asked: Asked) -> None:
        asked.reply(status, body)

    with serving(answer) as server:
        finding = probe(server.endpoint)
        assert [asked.path for asked in server.asked] == ["/v1/models"]
    assert finding.level == level
    assert what in finding.what


def test_an_endpoint_that_is_not_there_is_a_problem() -> None:
    """With what to start."""
    with serving(lambda asked: None) as server:
        endpoint = endpoint_at(server.url, model="m")
    finding = probe(endpoint)
    assert finding.level == "problem"
    assert "nothing answers" in finding.what
