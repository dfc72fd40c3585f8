"""Reading: a request as the rules see it, and the answer that a rule gives to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from threadlab.backend.completer.port import Call, Request
from threadlab.backend.completer.rules import calling, facts
from threadlab.backend.completer.rules.facts import Fact


@dataclass(frozen=True)
class Reading:
    """A request as the rules read it; each view is made when a rule first asks for it."""

    request: Request

    @cached_property
    def message(self) -> str:
        """The newest message of the user; empty where there is none."""
        return next((m.text.strip() for m in reversed(self.request.messages) if m.role == "user"), "")

    @cached_property
    def said_before(self) -> list[str]:
        """What the user said before that, oldest first."""
        return [m.text for m in self.request.messages if m.role == "user"][:-1]

    @cached_property
    def plan(self) -> calling.Plan:
        """The tool calls that the message asks for and that were not made yet."""
        return calling.plan(self.request, self.message)

    @cached_property
    def told(self) -> list[Fact]:
        """What the user told in the thread."""
        return facts.told(self.request.messages)


@dataclass(frozen=True, slots=True)
class Answer:
    """A rule's answer: why, and either a text (with its gist in a word or two) or calls.

    `verbatim` texts are not brought into any other form. Of a `whole` text no sentence may be dropped.
    """

    because: str
    text: str = ""
    gist: str = ""
    calls: tuple[Call, ...] = ()
    verbatim: bool = False
    whole: bool = False
