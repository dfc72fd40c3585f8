"""The rule `files`: a lesson has all its files, and no file in their places belongs to no lesson."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from threadlab.course.audit.audited import Course, read_cells
from threadlab.course.audit.finding import Fault

PLACES = (
    ("lessons", "[0-9]*.ipynb"),
    ("exercises", "[0-9]*.py"),
    ("solutions", "[0-9]*.py"),
    ("tests/course", "test_[0-9]*.py"),
    ("tests/course/wrong", "[0-9]*"),
)
"""Where files are named after lessons; other files may stand in these folders too."""


def files(course: Course) -> Iterator[Fault]:
    """The slugs of the four roots, of the wrong solutions and of the catalogue agree."""
    for lesson in course.lessons:
        for path in (lesson.notebook, lesson.solution, lesson.exercise, lesson.test, lesson.wrong):
            if not path.exists():
                yield Fault(course.named(path), "", "is missing", _how_to_make(path))
        if lesson.notebook.is_file() and not read_cells(lesson.notebook):
            yield Fault(course.named(lesson.notebook), "", "is no notebook", "write it in JupyterLab")
    if course.whole:
        yield from _belonging_to_no_lesson(course)


def _belonging_to_no_lesson(course: Course) -> Iterator[Fault]:
    names = {lesson.name for lesson in course.lessons}
    for folder, pattern in PLACES:
        if folder == "exercises" and not course.committed:
            continue  # a learner may keep there what they like
        for path in sorted((course.root / folder).glob(pattern)):
            if path.stem.removeprefix("test_") not in names:
                todo = "add the lesson to lessons/course.toml, or rename or delete the file"
                yield Fault(course.named(path), "", "belongs to no lesson of the catalogue", todo)


def _how_to_make(path: Path) -> str:
    if path.parent.name == "exercises":
        return "make it from the solution: `threadlab starters`"
    return "write it: CONTRIBUTING.md, 'add a lesson', says how"
