"""Listing: the user runs that a search found, and the words in which one searches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

from rich.console import RenderableType

from threadlab.errors import HistoryError
from threadlab.history.reading.table import Table
from threadlab.journal.listed import UNREADABLE, Listed
from threadlab.journal.values import TriggerType
from threadlab.objects.run import STATUSES

TRIGGER_TYPES: tuple[str, ...] = get_args(TriggerType)

Moment = float | str | datetime | timedelta
"""A time: Unix seconds, "2026-11-21", "2026-11-21 14:05", a datetime, or how long ago as a timedelta."""


@dataclass(frozen=True, slots=True, repr=False)
class Listing:
    """What was found, in order. A table in rich, lines in `str`; each is a `Listed`, with the id and more."""

    found: tuple[Listed, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(one.id for one in self.found)

    def table(self) -> Table:
        """The same as a table. The day and the time (UTC) are in the id."""
        columns = ("user run", "branch", "by", "status", "tokens", "tags", "input")
        return Table(title="", columns=columns, rows=tuple(map(_row, self.found)))

    def __iter__(self) -> Iterator[Listed]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, place: int) -> Listed:
        return self.found[place]

    def __rich__(self) -> RenderableType:
        return self.table()

    def __repr__(self) -> str:
        return repr(self.table())


def known_status(status: str | None) -> str | None:
    """The status, if there is such a one: a misspelt one would find nothing and look like an answer."""
    if status is None or status in STATUSES or status == UNREADABLE:
        return status
    raise HistoryError(f"{status!r} is no status", hint=f"there are: {', '.join(STATUSES)}, {UNREADABLE}")


def known_trigger(trigger: str | None) -> str | None:
    """The type of trigger, if there is such a one; else HistoryError, for the same reason."""
    if trigger is None or trigger in TRIGGER_TYPES:
        return trigger
    raise HistoryError(f"{trigger!r} is no trigger", hint=f"there are: {', '.join(TRIGGER_TYPES)}")


def moment(when: Moment | None, now: float) -> float | None:
    """The time in Unix seconds; without a zone it is UTC. Raises HistoryError for a text that is no time."""
    if when is None or isinstance(when, int | float):
        return when
    if isinstance(when, timedelta):
        return now - when.total_seconds()
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError as error:
            raise HistoryError(f"{when!r} is no time", hint='write it as "2026-11-21 14:05"') from error
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _row(one: Listed) -> tuple[str | int, ...]:
    status = f"{one.status}, stalled" if one.is_stalled else one.status
    words = " ".join(one.input.split())[:48]
    return one.id, one.branch, one.trigger, status, one.tokens, ", ".join(one.tags), words
