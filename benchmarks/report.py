"""Reports: tables for a person, or one JSON object for a program."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Goal

WIDTH = 110


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose first column is text and whose others are figures."""
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def goal_table(goals: Sequence[Goal]) -> Table:
    """What was to be reached, and what was."""
    words = {True: "met", False: "missed", None: "not measured"}
    rows = [
        (
            goal.what,
            f"{goal.limit:.3g} {goal.unit}".strip(),
            "-" if goal.found is None else f"{goal.found:.3g} {goal.unit}".strip(),
            words[goal.is_met],
        )
        for goal in goals
    ]
    return table("Goals", ("goal", "at most", "found", ""), rows)


def circumstances() -> dict[str, Any]:
    """When and on what this was measured; nothing that names the machine."""
    packages = ("azure-ai-agents", "azure-core", "pydantic", "werkzeug")
    return {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        **{name: version(name) for name in packages},
    }


def show(tables: Sequence[Table], around: dict[str, Any], notes: Sequence[str]) -> None:
    """Print the tables, then the notes, then the circumstances."""
    console = Console(width=max(WIDTH, Console().width) if sys.stdout.isatty() else WIDTH)
    for made in tables:
        console.print(made)
    for note in notes:
        console.print(note, style="dim", highlight=False)
    line = ", ".join(f"{name} {value}" for name, value in around.items())
    console.print(line, style="dim", highlight=False)


def as_json(content: dict[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(content, indent=2))
