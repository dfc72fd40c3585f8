"""A note on what answered, as a reader sees it."""

from __future__ import annotations

import pytest

from threadlab.objects.model_note import ModelNote


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        (
            ModelNote(1, "rule-based stand-in", "small sum", "arithmetic, and no tool for it"),
            "rule-based stand-in: rule “small sum” fired because arithmetic, and no tool for it",
        ),
        (
            ModelNote(1, "model gpt-4o at api.openai.com", "", "it answered as gpt-4o-2024-08-06"),
            "model gpt-4o at api.openai.com: it answered as gpt-4o-2024-08-06",
        ),
        (ModelNote(1, "model llama3.2 at localhost:11434", "", ""), "model llama3.2 at localhost:11434"),
    ],
)
def test_it_reads_well_for_a_rule_and_for_a_model_without_one(note: ModelNote, sentence: str) -> None:
    """A real model fires no rule."""
    assert str(note) == sentence
