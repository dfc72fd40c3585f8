"""Reuse: which recorded results a new user run may take over instead of making them again.

nothing       a retry: everything is made again
finished      a resume, an edit: whatever was finished and would be asked for in exactly the same way
before PATH   a rerun from there: the same, but only of what came before that unit
everything    a replay: all of it, and whatever is missing is an error, for nothing live may happen
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from threadlab.errors import WrongPath


@dataclass(frozen=True, slots=True)
class Reuse:
    """One of the four; make it with `Reuse.nothing()` and so on. `str` and `Reuse.read` are inverse."""

    what: Literal["nothing", "finished", "before", "everything"] = "nothing"
    path: str = ""

    @classmethod
    def nothing(cls) -> Reuse:
        """Make everything again."""
        return cls("nothing")

    @classmethod
    def finished(cls) -> Reuse:
        """Take over all that was finished, where it would be asked for in the same way."""
        return cls("finished")

    @classmethod
    def before(cls, path: str) -> Reuse:
        """Take over what was finished before that unit: "2" an agent call, "2.get_weather.1" a tool call."""
        return cls("before", path)

    @classmethod
    def everything(cls) -> Reuse:
        """Take over all, and make nothing live."""
        return cls("everything")

    @classmethod
    def read(cls, text: str) -> Reuse:
        """The reuse that a log tells of."""
        what, _, path = text.partition(" ")
        return cls(what, path)  # type: ignore[arg-type]  # the log was written by `str`

    @property
    def is_offline(self) -> bool:
        """Whether nothing live may happen."""
        return self.what == "everything"

    @property
    def keeps_failures(self) -> bool:
        """Whether a failed call stays as it was, for a body that went on from it; else it is asked again."""
        return self.what in ("before", "everything")

    def allowing(self, order: Sequence[str], calls: Iterable[str] = ()) -> Callable[[str], bool]:
        """Says of a path whether its unit may be taken over.

        `order` are the base's paths as they began, `calls` those that are agent calls: one that holds the
        path where a rerun begins, a tool call's, is made again.
        """
        if self.what != "before":
            return lambda path: self.what != "nothing"
        holding = {path for path in calls if self.path.startswith(f"{path}.")}
        before = frozenset(order[: _place_of(self.path, order)]) - holding
        return before.__contains__

    def check(self, order: Sequence[str], base: str) -> None:
        """Raise WrongPath if it names a unit that the base does not have: before anything is written."""
        if self.what == "before" and _place_of(self.path, order) == len(order):
            raise WrongPath(
                f"user run {base} has no unit of work at {self.path!r}",
                hint=f"its units are: {', '.join(order) or 'none, nothing was executed'}",
            )

    def __str__(self) -> str:
        return f"{self.what} {self.path}" if self.path else self.what


def _place_of(path: str, order: Sequence[str]) -> int:
    """Where the unit begins: its own place, or that of the first thing inside it."""
    inside = (place for place, one in enumerate(order) if one == path or one.startswith(f"{path}."))
    return next(inside, len(order))
