"""The course as the audit reads it: which lessons, their notebooks, and whether files may be worked in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from threadlab.course.catalogue import Catalogue, Lesson, read_catalogue
from threadlab.course.starters import is_untouched

NOT_OF_TODAY = ("CHANGELOG.md", "COVERAGE.md")
"""Pages that are no prose of today: one tells what was, one is made and compared by a test of its own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook; `number` counts from 1."""

    number: int
    kind: str
    source: str
    raw: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"cell {self.number}"

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, which refresh keeps."""
        return tuple(self.raw.get("metadata", {}).get("tags", ()))


@dataclass(frozen=True)
class Course:
    """The audited course. `lessons` are those under audit; `whole` says that they are all of them.

    With `committed`, as in continuous integration, the exercises are what was committed, so they must be
    starters; elsewhere someone may have worked in them, and what a learner writes is no fault of the course.
    """

    catalogue: Catalogue
    lessons: tuple[Lesson, ...]
    root: Path
    committed: bool

    @property
    def whole(self) -> bool:
        """Whether every lesson is under audit, and with them what belongs to no lesson."""
        return self.lessons == self.catalogue.lessons

    @cached_property
    def _cells(self) -> dict[Path, tuple[Cell, ...]]:
        return {}

    def cells(self, lesson: Lesson, kind: str | None = None) -> tuple[Cell, ...]:
        """The cells of the lesson's notebook, or those of one kind; none when it cannot be read."""
        if lesson.notebook not in self._cells:
            self._cells[lesson.notebook] = read_cells(lesson.notebook)
        return tuple(cell for cell in self._cells[lesson.notebook] if kind in (None, cell.kind))

    def named(self, path: Path) -> str:
        """The path as findings tell it."""
        return path.relative_to(self.root).as_posix()

    def python_files(self) -> Iterator[Path]:
        """Solutions, checks, wrong solutions, and those exercises in which nobody has worked."""
        for lesson in self.lessons:
            if lesson.exercise.is_file() and (self.committed or is_untouched(read(lesson.exercise))):
                yield lesson.exercise
            yield from (path for path in (lesson.solution, lesson.test) if path.is_file())
            yield from sorted(lesson.wrong.glob("*.py"))

    def pages(self) -> tuple[Path, ...]:
        """The pages of prose beside the lessons, when the whole course is under audit."""
        found = (*sorted(self.root.glob("*.md")), *sorted(self.root.glob("docs/*.md"))) if self.whole else ()
        return tuple(path for path in found if path.name not in NOT_OF_TODAY)


def audited(root: Path, wanted: str | None = None, committed: bool | None = None) -> Course:
    """The course in `root`, or one lesson of it. `committed` follows the variable CI when left out.

    Raises CourseError when the catalogue cannot be used.
    """
    catalogue = read_catalogue(root)
    lessons = catalogue.lessons if wanted is None else (catalogue.lesson(wanted),)
    in_ci = bool(os.environ.get("CI")) if committed is None else committed
    return Course(catalogue, lessons, root, in_ci)


def read(path: Path) -> str:
    """The file's text, or nothing where there is no file: that is a finding of the rule `files`."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def read_cells(path: Path) -> tuple[Cell, ...]:
    """The cells as they stand in a notebook file; none when it is missing or no JSON (rule `files`)."""
    try:
        cells = json.loads(read(path))["cells"]
    except (ValueError, KeyError):
        return ()
    return tuple(
        Cell(number, cell["cell_type"], "".join(cell["source"]), cell)
        for number, cell in enumerate(cells, start=1)
    )
