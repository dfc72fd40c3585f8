"""The length guard."""

from __future__ import annotations

import warnings

import pytest

from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.conversation.length import ConversationWarning, Length, Limit
from threadlab.objects.message import Message, Part


def message(text: str) -> Message:
    """A message made by hand."""
    return Message(id="m", thread_id="t", role="user", content=(Part("text", text),))


def test_tokens_are_estimated_from_characters() -> None:
    """Four characters a token, rounded up over the whole thread."""
    assert Length.of([message("12345"), message("1234")]) == Length(messages=2, tokens=3)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (Limit(messages=11), ""),
        (Limit(messages=10), "8 messages of at most 10"),
        (Limit(messages=8), "8 messages of at most 8"),
        (Limit(tokens=110), "90 estimated tokens of at most 110"),
        (Limit(tokens=200), ""),
    ],
)
def test_a_warning_comes_near_the_limit(limit: Limit, said: str) -> None:
    """From four fifths of it on."""
    warning = Length(messages=8, tokens=90).warning(limit)
    assert said in warning
    assert bool(warning) == bool(said)


def test_asking_warns_when_the_thread_becomes_long(lab: Lab) -> None:
    """Not before, and then at each question."""
    with Conversation(lab, limit=4) as talk:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            talk.ask("one")
        with pytest.warns(ConversationWarning, match="4 messages of at most 4"):
            talk.ask("two")
        assert talk.length().messages == 4
