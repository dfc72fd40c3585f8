"""Reports: what a program found, as tables for a person, Markdown for the README, or JSON for a program."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Goal

WIDTH = 110
MET = {True: "met", False: "missed", None: "not measured"}


@dataclass(frozen=True, slots=True)
class Section:
    """A table whose first column is text and whose others are figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one program found: tables, goals, remarks, and the same as data."""

    sections: Sequence[Section]
    goals: Sequence[Goal]
    notes: Sequence[str] = ()
    content: dict[str, Any] = field(default_factory=dict)


def goal_section(goals: Sequence[Goal]) -> Section:
    """What was to be reached, and what was."""
    rows = [(goal.what, goal.bound, _amount(goal.found, goal.unit), MET[goal.is_met]) for goal in goals]
    return Section("Goals", ("goal", "at most", "found", ""), rows)


def circumstances() -> dict[str, Any]:
    """When and on what this was measured; nothing that names the machine."""
    packages = ("azure-ai-agents", "azure-core", "pydantic", "uvicorn")
    return {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        **{name: version(name) for name in packages},
    }


def show(reports: Sequence[Report]) -> None:
    """Print the tables, then all goals, then the notes and the circumstances."""
    console = Console(width=max(WIDTH, Console().width) if sys.stdout.isatty() else WIDTH)
    for section in _sections(reports):
        console.print(_table(section))
    for note in _notes(reports):
        console.print(note, style="dim", highlight=False)


def markdown(reports: Sequence[Report]) -> str:
    """The same as Markdown."""
    blocks = [_markdown_table(section) for section in _sections(reports)]
    blocks.append("\n".join(f"- {note}" for note in _notes(reports)))
    return "\n\n".join(blocks)


def as_json(*reports: Report) -> None:
    """Print one JSON object."""
    content: dict[str, Any] = {}
    for report in reports:
        content |= report.content
    content["goals"] = [
        {**asdict(goal), "is_met": goal.is_met} for report in reports for goal in report.goals
    ]
    print(json.dumps({**content, "circumstances": circumstances()}, indent=2))


def _sections(reports: Sequence[Report]) -> Iterator[Section]:
    for report in reports:
        yield from report.sections
    yield goal_section([goal for report in reports for goal in report.goals])


def _notes(reports: Sequence[Report]) -> Iterator[str]:
    for report in reports:
        yield from report.notes
    yield ", ".join(f"{name} {value}" for name, value in circumstances().items())


def _table(section: Section) -> Table:
    made = Table(title=section.title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for number, column in enumerate(section.columns):
        made.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in section.rows:
        made.add_row(*row)
    return made


def _markdown_table(section: Section) -> str:
    head = ["### " + section.title, "", _line(section.columns)]
    rule = "|---|" + "--:|" * (len(section.columns) - 1)
    return "\n".join([*head, rule, *(_line(row) for row in section.rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _amount(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.3g} {unit}".strip()
