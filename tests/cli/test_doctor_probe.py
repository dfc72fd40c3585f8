"""`threadlab doctor --probe`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tests.model_server import Asked, serving
from threadlab.cli.app import app


def test_the_endpoint_is_asked_on_request_and_never_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line more, and the exit status of a problem where the model is not there."""

    def answer(asked: Asked) -> None:
        asked.reply(200, {"object": "list", "data": [{"id": "llama3.2:latest", "object": "model"}]})

    with serving(answer) as server:
        monkeypatch.setenv("MODEL_BASE_URL", server.url)
        monkeypatch.setenv("MODEL_NAME", "llama3.2")
        assert CliRunner().invoke(app, ["doctor"]).exit_code == 0
        assert server.asked == []
        probed = CliRunner().invoke(app, ["doctor", "--probe"])
        assert "has the model llama3.2" in " ".join(probed.output.split())
        monkeypatch.setenv("MODEL_NAME", "gpt-4o")
        assert CliRunner().invoke(app, ["doctor", "--probe"]).exit_code == 1
