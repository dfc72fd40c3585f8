"""How a verdict is printed: as a lesson."""

from __future__ import annotations

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from threadlab.course.verdict import Outcome, Verdict

MOST_PRINTED_LINES = 8


def verdict_lines(verdict: Verdict) -> list[RenderableType]:
    """Every check with its mark, and the first failure in full.

    Only the first failure is told in full: the later ones often follow from it.
    """
    lines: list[RenderableType] = [mark_line(outcome) for outcome in verdict.outcomes]
    first = verdict.first_failure
    if first is None:
        return lines
    if first.unwritten:
        where = f"exercises/{verdict.lesson.exercise.name}"
        told = f"Nothing wrong yet: {first.seen}. Open {where} and follow its TODO lines."
        return [*lines, Text(), Text(told)]
    return [*lines, Text(), *_told(first)]


def mark_line(outcome: Outcome) -> Text:
    """One check: whether it held, and its sentence. What is not written yet is neither right nor wrong."""
    mark = ("✓ ", "green") if outcome.passed else ("· ", "dim") if outcome.unwritten else ("✗ ", "red")
    return Text.assemble(mark, outcome.sentence)


def _told(outcome: Outcome) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    parts = [("expected", outcome.expected), ("seen", outcome.seen), ("try next", outcome.try_next)]
    if outcome.printed.strip():
        lines = outcome.printed.rstrip().splitlines()
        skipped = ["…"] if len(lines) > MOST_PRINTED_LINES else []
        parts.insert(2, ("printed", "\n".join([*skipped, *lines[-MOST_PRINTED_LINES:]])))
    for title, words in parts:
        table.add_row(Text(title, style="bold"), Text(words))
    return [Text(outcome.sentence, style="bold"), Padding(table, (0, 0, 0, 2))]
