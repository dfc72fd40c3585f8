"""Recall: what was told is known after distracting turns, as long as the run reads that far back."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.conversation.conversation import Conversation

DISTRACTORS = (
    "What is 12 plus 30?",
    "Hello!",
    "What is a run step?",
    "Thanks.",
    "I live in Lisbon.",
    "What is a thread?",
)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab with its rule-based stand-in, whose memory is the thread and nothing else."""
    with connect(target=Local(seed=28, pace=0)) as lab:
        yield lab


@pytest.mark.parametrize("turns", [0, 3, 12])
def test_a_fact_is_recalled_after_distracting_turns(lab: Lab, turns: int) -> None:
    """However many lie in between."""
    with Conversation(lab) as talk:
        talk.ask("My favourite colour is green.")
        for question in random.Random(turns).choices(DISTRACTORS, k=turns):
            talk.ask(question)
        assert "green" in talk.ask("What is my favourite colour?").text


def test_a_run_that_reads_only_the_last_messages_cannot_recall_it(lab: Lab) -> None:
    """And the next one, which reads all, can again: nothing was lost."""
    with Conversation(lab) as talk:
        talk.ask("My favourite colour is green.")
        for question in DISTRACTORS[:3]:
            talk.ask(question)
        short = {"type": "last_messages", "last_messages": 3}
        assert "green" not in talk.ask("What is my favourite colour?", truncation_strategy=short).text
        assert "green" in talk.ask("What is my favourite colour?").text
