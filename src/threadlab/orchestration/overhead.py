"""Overhead: what deciding takes in a user run, apart from the work: read off the paths of its calls. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import counted
from threadlab.history.reading.table import Table
from threadlab.journal.decision import is_deciding
from threadlab.journal.record import Record
from threadlab.objects.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Tokens and seconds of deciding, apart from those of the work. What was reused counts for neither."""

    deciding: Usage
    work: Usage
    deciding_seconds: float
    work_seconds: float

    @property
    def token_share(self) -> float | None:
        """The part of all tokens that went into deciding, 0 to 1; None where nothing was spent."""
        total = self.deciding.total_tokens + self.work.total_tokens
        return self.deciding.total_tokens / total if total else None

    @property
    def time_share(self) -> float | None:
        """The part of all seconds that went into deciding."""
        total = self.deciding_seconds + self.work_seconds
        return self.deciding_seconds / total if total else None


def overhead(record: Record) -> Overhead:
    """What deciding took in a user run, and what the work took. Pure.

    Seconds are those of the agent calls, added up, whether they ran beside each other or not.
    """
    made = [call for call in record.calls if not call.reused]
    deciding = [call for call in made if is_deciding(call.path)]
    work = [call for call in made if not is_deciding(call.path)]
    return Overhead(
        deciding=sum((call.usage for call in deciding), Usage()),
        work=sum((call.usage for call in work), Usage()),
        deciding_seconds=sum(call.seconds for call in deciding),
        work_seconds=sum(call.seconds for call in work),
    )


def overhead_table(records: Sequence[Record]) -> Table:
    """The overhead of each of these user runs. Pure."""
    figures = [(record, overhead(record)) for record in records]
    estimated = any(one.deciding.estimated or one.work.estimated for _, one in figures)
    return Table(
        title=f"deciding and work of {counted(len(figures), 'user run')}",
        columns=(
            "user run", "deciding tokens", "work tokens", "share of tokens", "deciding seconds",
            "work seconds", "share of seconds",
        ),
        rows=tuple(
            (
                record.id, one.deciding.total_tokens, one.work.total_tokens, one.token_share,
                one.deciding_seconds, one.work_seconds, one.time_share,
            )
            for record, one in figures
        ),
        note="some tokens were estimated" if estimated else "",
    )  # fmt: skip
