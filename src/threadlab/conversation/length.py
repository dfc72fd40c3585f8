"""Length: how long a thread is, and a warning before it becomes too long.

Every run reads the whole thread, so each turn costs more than the one before, until the model's window is
full. Nothing here cuts a thread: what to drop is the learner's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import counted
from threadlab.objects.message import Message

CHARACTERS_PER_TOKEN = 4


class ConversationWarning(UserWarning):
    """A conversation comes near a limit that it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most messages, or the most tokens, that a thread should have; a warning comes at `near` of it."""

    messages: int | None = None
    tokens: int | None = None
    near: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """The length of a thread. `tokens` is an estimate: four characters a token."""

    messages: int
    tokens: int

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Length:
        """The length of a thread with these messages."""
        characters = sum(len(message.text) for message in messages)
        return cls(messages=len(messages), tokens=-(-characters // CHARACTERS_PER_TOKEN))

    def warning(self, limit: Limit) -> str:
        """What to say when the length is near the limit or past it, and "" when it is not."""
        found = [
            f"{counted(have, noun)} of at most {most}"
            for have, most, noun in (
                (self.messages, limit.messages, "message"),
                (self.tokens, limit.tokens, "estimated token"),
            )
            if most is not None and have >= most * limit.near
        ]
        if not found:
            return ""
        return f"the thread has {' and '.join(found)}: export it, and go on in a new conversation"
