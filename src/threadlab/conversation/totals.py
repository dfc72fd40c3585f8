"""Totals: what a conversation cost, turn by turn and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

from rich import box
from rich.table import Table
from rich.text import Text

from threadlab.following.run_view import RunView
from threadlab.following.terminal_text import foreign_text, status_text
from threadlab.objects.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question's run in figures. `seconds` are the service's; `tools` are names in order of the calls.

    `tool_failures` counts the calls whose output told of a failure.
    """

    run_id: str
    status: str
    seconds: float
    usage: Usage | None
    tools: tuple[str, ...] = ()
    tool_failures: int = 0

    @classmethod
    def of(cls, view: RunView) -> Turn:
        """The figures of a run as it was followed, to its end or not."""
        return cls(
            run_id=view.run.id,
            status=view.run.status,
            seconds=view.elapsed,
            usage=view.run.usage,
            tools=tuple(card.call.name or card.call.kind for card in view.calls),
            tool_failures=sum(card.ok is False for card in view.calls),
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """The turns, and the sums and averages over them. Averages over no turn are 0."""

    turns: tuple[Turn, ...]

    @property
    def usage(self) -> Usage:
        """The tokens of all turns."""
        return reduce(add, (turn.usage for turn in self.turns if turn.usage), Usage())

    @property
    def seconds(self) -> float:
        """The service's seconds of all turns."""
        return sum(turn.seconds for turn in self.turns)

    @property
    def average_seconds(self) -> float:
        """The average response time."""
        return self.seconds / len(self.turns) if self.turns else 0.0

    @property
    def tokens_per_run(self) -> float:
        """Tokens of an average turn."""
        return self.usage.total_tokens / len(self.turns) if self.turns else 0.0

    @property
    def tool_frequency(self) -> Mapping[str, int]:
        """How often each tool was called, most frequent first."""
        return dict(Counter(name for turn in self.turns for name in turn.tools).most_common())

    @property
    def errors(self) -> int:
        """Turns whose run did not complete."""
        return sum(turn.status != "completed" for turn in self.turns)

    @property
    def error_rate(self) -> float:
        """The part of the turns whose run did not complete, from 0 to 1."""
        return self.errors / len(self.turns) if self.turns else 0.0

    def __rich__(self) -> Table:
        table = Table("run", "status", "s", "tokens", "tools", box=box.SIMPLE_HEAD, show_footer=True)
        for turn in self.turns:
            table.add_row(
                foreign_text(turn.run_id),
                status_text(turn.status),
                f"{turn.seconds:.2f}",
                str(turn.usage.total_tokens) if turn.usage else "",
                foreign_text(", ".join(turn.tools)),
            )
        footers: tuple[str | Text, ...] = (
            f"{len(self.turns)} in all",
            f"{self.errors} not completed",
            f"{self.average_seconds:.2f} on average",
            str(self.usage.total_tokens),
            foreign_text(", ".join(f"{name} {count}" for name, count in self.tool_frequency.items())),
        )
        for column, footer in zip(table.columns, footers, strict=True):
            column.footer = footer
        return table
