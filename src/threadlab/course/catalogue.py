"""The catalogue: `lessons/course.toml`, read and checked, as frozen records.

A lesson's files are not listed there: their places follow from its name, so nothing can disagree.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from threadlab.course.course_root import MARKER
from threadlab.errors import CourseError


@dataclass(frozen=True, slots=True)
class Generation:
    """The generation of the service that a lesson speaks to, and the day on which it is switched off."""

    name: str
    sdk: str
    retires: date | None
    afterwards: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson. `hints` go from a nudge over a pointer to nearly the solution; `root` is the course."""

    number: int
    slug: str
    title: str
    objective: str
    minutes: int
    generation: Generation
    hints: tuple[str, str, str]
    root: Path

    @property
    def name(self) -> str:
        """The name that its files share, such as `01_first_run`."""
        return f"{self.number:02d}_{self.slug}"

    @property
    def notebook(self) -> Path:
        """The reference notebook, with stored outputs."""
        return self.root / "lessons" / f"{self.name}.ipynb"

    @property
    def working_copy(self) -> Path:
        """The learner's own copy of the notebook; it need not exist yet."""
        return self.root / "my" / f"{self.name}.ipynb"

    @property
    def exercise(self) -> Path:
        """The learner's file."""
        return self.root / "exercises" / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        """The single source of exercise and solution."""
        return self.root / "solutions" / f"{self.name}.py"

    @property
    def test(self) -> Path:
        """What judges exercise and solution alike."""
        return self.root / "tests" / "course" / f"test_{self.name}.py"

    @property
    def wrong(self) -> Path:
        """The folder of the wrong solutions, by which the checks themselves are judged."""
        return self.test.parent / "wrong" / self.name

    @property
    def banner(self) -> str:
        """Which service generation the lesson speaks to, as a line of Markdown."""
        made_with = f"> **Service generation: {self.generation.name}**, through `{self.generation.sdk}`."
        if self.generation.retires is None:
            return made_with
        day = f"{self.generation.retires.day} {self.generation.retires:%B %Y}"
        return f"{made_with} Its cloud service retires on {day}; {self.generation.afterwards}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All lessons, in order."""

    title: str
    lessons: tuple[Lesson, ...]

    def lesson(self, wanted: str) -> Lesson:
        """The lesson of that number, slug or name (`1`, `01`, `first_run`, `01_first_run`).

        Raises CourseError for anything else.
        """
        for lesson in self.lessons:
            if wanted in (lesson.name, lesson.slug) or wanted.lstrip("0") == str(lesson.number):
                return lesson
        known = ", ".join(lesson.name for lesson in self.lessons)
        raise CourseError(f"there is no lesson {wanted!r}", hint=f"the lessons are: {known}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Words = Annotated[str, Field(min_length=1)]


class _GenerationEntry(_Strict):
    name: Words
    sdk: Words
    retires: date | None = None
    afterwards: str = ""


class _LessonEntry(_Strict):
    number: Annotated[int, Field(ge=1, le=99)]
    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]
    title: Words
    objective: Words
    minutes: Annotated[int, Field(ge=1)]
    generation: Words
    hints: tuple[Words, Words, Words]


class _CourseFile(_Strict):
    title: Words
    generation: dict[str, _GenerationEntry]
    lesson: tuple[_LessonEntry, ...]


def read_catalogue(root: Path) -> Catalogue:
    """The catalogue of the course in `root`. Raises CourseError when the file cannot be used."""
    path = root / MARKER
    try:
        entries = _CourseFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as problem:
        raise CourseError(
            f"the course catalogue cannot be read: {problem}", hint=f"correct {MARKER.as_posix()}"
        ) from problem
    lessons = tuple(_lesson(entry, entries.generation, root) for entry in entries.lesson)
    numbers = [lesson.number for lesson in lessons]
    if numbers != sorted(set(numbers)):
        raise CourseError(
            f"the lessons are numbered {numbers}",
            hint=f"in {MARKER.as_posix()} each number stands once, in rising order",
        )
    return Catalogue(entries.title, lessons)


def _lesson(entry: _LessonEntry, generations: dict[str, _GenerationEntry], root: Path) -> Lesson:
    if entry.generation not in generations:
        raise CourseError(
            f"lesson {entry.number} names the generation {entry.generation!r}, which is not described",
            hint=f"add [generation.{entry.generation}] to {MARKER.as_posix()}",
        )
    fields: dict[str, Any] = entry.model_dump()
    fields["generation"] = Generation(**generations[entry.generation].model_dump())
    return Lesson(**fields, root=root)
