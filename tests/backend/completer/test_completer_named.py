"""Completers by name."""

from __future__ import annotations

import pytest

from threadlab.backend.completer.named import NAMES, completer_named
from threadlab.backend.completer.openai_compatible.endpoint import endpoint_at


def test_each_name_has_its_completer() -> None:
    """The stand-in, and the model at an endpoint."""
    endpoint = endpoint_at("http://localhost:11434", model="llama3.2")
    made = [completer_named(name, endpoint).stand_in for name in NAMES]
    assert made == ["rule-based stand-in", "model llama3.2 at localhost:11434"]


@pytest.mark.parametrize(("name", "words"), [("gpt", "rules, openai"), ("openai", "MODEL_BASE_URL")])
def test_what_cannot_be_made_says_what_to_do(name: str, words: str) -> None:
    """Another name, and no endpoint."""
    with pytest.raises(ValueError, match=words):
        completer_named(name)
