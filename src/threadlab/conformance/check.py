"""A check: one sentence about every engine, and a function that finds out whether it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Subject = TypeVar("Subject")


class DoesNotConform(AssertionError):
    """An engine does something else: `expected` and `seen`, in words."""

    def __init__(self, expected: str, seen: object) -> None:
        super().__init__(expected, seen)
        self.expected = expected
        self.seen = seen

    def __str__(self) -> str:
        return f"expected:  {self.expected}\nseen:      {self.seen}"


def expect(holds: bool, expected: str, *, seen: object) -> None:
    """Raise DoesNotConform unless it holds."""
    if not holds:
        raise DoesNotConform(expected, seen)


@dataclass(frozen=True, slots=True)
class Check(Generic[Subject]):
    """`judge` raises DoesNotConform where an engine on the bench breaks the `sentence`."""

    name: str
    sentence: str
    judge: Callable[[Subject], None]

    @classmethod
    def of(cls, judge: Callable[[Subject], None]) -> Check[Subject]:
        """The check that a function makes: its name in words, and its docstring's first line."""
        sentence = (judge.__doc__ or "").strip().splitlines()[0]
        return cls(judge.__name__.replace("_", " "), sentence, judge)
