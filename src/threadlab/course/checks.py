"""Checks: what a learner's function did, judged by the wire log, and told as a lesson.

A failed check has three parts: what is expected, in words; what was seen; what to try next. It never
shows the answer, and it judges what happened, not how the code looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from threadlab.course.wire_calls import WireCall, in_words, read_calls
from threadlab.objects.wire_entry import WireEntry

T = TypeVar("T")


class CheckFailed(AssertionError):
    """A check did not hold: `expected`, `seen` and `try_next`, each a sentence or two."""

    def __init__(self, expected: str, seen: str, try_next: str) -> None:
        super().__init__(expected, seen, try_next)
        self.expected = expected
        self.seen = seen
        self.try_next = try_next

    def __str__(self) -> str:
        return f"expected:  {self.expected}\nseen:      {self.seen}\ntry next:  {self.try_next}"


def check(holds: bool, *, expected: str, seen: str, try_next: str) -> None:
    """Raise CheckFailed unless it holds."""
    if not holds:
        raise CheckFailed(expected, seen, try_next)


class HasWire(Protocol):
    """Whatever keeps a wire log: a lab."""

    @property
    def wire(self) -> Wire:
        """The log."""
        ...


class Wire(Protocol):
    """A wire log."""

    @property
    def count(self) -> int:
        """How many requests there have been."""
        ...

    def since(self, number: int) -> tuple[WireEntry, ...]:
        """The requests after that one, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Observed(Generic[T]):
    """What an action returned, and the calls that it made meanwhile."""

    result: T
    calls: tuple[WireCall, ...]

    def all(self, words: str) -> tuple[WireCall, ...]:
        """The calls of one kind, such as "create run"."""
        return tuple(call for call in self.calls if call.words == words)

    def one(self, words: str, *, try_next: str) -> WireCall:
        """The one call of a kind. Raises CheckFailed when there is none, or more."""
        found = self.all(words)
        check(
            len(found) == 1,
            expected=f"exactly one request to {words}",
            seen=f"{len(found) or 'none'} among these requests: {self.in_words}",
            try_next=try_next,
        )
        return found[0]

    @property
    def in_words(self) -> str:
        """The calls as one line."""
        return in_words(self.calls)


def observe(lab: HasWire, action: Callable[[], T]) -> Observed[T]:
    """Do it, and keep what went over the wire meanwhile."""
    before = lab.wire.count
    result = action()
    return Observed(result, read_calls(lab.wire.since(before)))
