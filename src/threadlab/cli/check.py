"""`threadlab check`: an exercise's checks, told as a lesson."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from threadlab.course.verdict import Outcome, Verdict


def check(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[NN]", help="Which exercise; the first unsolved one if left out.")
    ] = None,
) -> None:
    """Check an exercise, and say what to try next. Exit status 1 until every check holds."""
    from threadlab.cli.course_here import course_here
    from threadlab.cli.page import out
    from threadlab.course.judge import judge
    from threadlab.course.progress import mark_solved, solved

    catalogue = course_here()
    if lesson is None:
        done = solved(catalogue.lessons[0].root)
        chosen = next((one for one in catalogue.lessons if one.name not in done), catalogue.lessons[-1])
    else:
        chosen = catalogue.lesson(lesson)
    out.print(f"Checking exercises/{chosen.exercise.name}")
    verdict = judge(chosen)
    for part in verdict_lines(verdict):
        out.print(part)
    if not verdict.passed:
        raise typer.Exit(1)
    mark_solved(chosen.root, chosen.name)


def verdict_lines(verdict: Verdict) -> list[RenderableType]:
    """What to print: every check with its mark, the first failure in full, and what to do now.

    Only the first failure is told in full: the later ones often follow from it.
    """
    marks = [
        Text.assemble(("✓ ", "green") if outcome.passed else ("✗ ", "red"), outcome.sentence)
        for outcome in verdict.outcomes
    ]
    first = next((outcome for outcome in verdict.outcomes if not outcome.passed), None)
    where = f"exercises/{verdict.lesson.exercise.name}"
    if first is None:
        return [
            *marks,
            Text(f"Solved. One possible solution to compare with: solutions/{verdict.lesson.name}.py"),
        ]
    if first.unwritten:
        return [*marks, Text(f"Nothing wrong yet: {first.seen}. Open {where} and follow its TODO lines.")]
    return [*marks, Text(), *_told(first), Text(), Text(f"Then: threadlab check {verdict.lesson.number:02d}")]


def _told(outcome: Outcome) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for title, words in (
        ("expected", outcome.expected),
        ("seen", outcome.seen),
        ("try next", outcome.try_next),
    ):
        table.add_row(Text(title, style="bold"), Text(words))
    return [Text(outcome.sentence, style="bold"), Padding(table, (0, 0, 0, 2))]
