"""The window over a conversation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.conversation.window import tokens_of, window
from threadlab.objects.message import Message, Part


def said(length: int) -> Message:
    """A message of so many characters."""
    return Message(id=f"m{length}", thread_id="t", role="user", content=(Part("text", "x" * length),))


@given(st.lists(st.integers(0, 60), max_size=12), st.integers(0, 60))
def test_the_window_is_the_longest_end_that_fits(lengths: list[int], budget: int) -> None:
    """Nothing is left out in between, and one message more would be too many."""
    messages = [said(length) for length in lengths]
    cut = window(messages, budget)
    assert (*cut.dropped, *cut.kept) == tuple(messages)
    assert cut.tokens <= budget
    if cut.dropped:
        assert cut.tokens + tokens_of(cut.dropped[-1]) > budget


def test_a_conversation_gives_the_window_over_its_thread(lab: Lab) -> None:
    """Read from the service, oldest first."""
    with Conversation(lab) as talk:
        talk.ask("one")
        talk.ask("two")
        history = talk.history()
        cut = talk.window(sum(tokens_of(message) for message in history[-2:]), page=3, order="desc")
    assert cut.kept == history[-2:]
    assert (cut.page, cut.order) == (3, "desc")
