"""The rule `refresh`: executing a lesson anew gives the bytes that are stored."""

from __future__ import annotations

from collections.abc import Iterator

from nbclient.exceptions import CellExecutionError

from threadlab.course.audit.audited import Course, read
from threadlab.course.audit.finding import Fault, first_difference
from threadlab.course.refresh import refreshed


def refresh(course: Course) -> Iterator[Fault]:
    """Refreshing a lesson again gives the very bytes that are stored.

    One execution shows it: if it gives what is stored, the next one gives it again.
    """
    for lesson in course.lessons:
        if not course.cells(lesson):
            continue
        where, todo = course.named(lesson.notebook), f"run `threadlab refresh {lesson.number:02d}`"
        try:
            text = refreshed(lesson.notebook)
        except CellExecutionError as problem:
            told = str(problem).strip().splitlines()[-1]
            yield Fault(where, "", f"cannot be run from top to bottom: {told}", "correct the cell")
            continue
        if text != (stored := read(lesson.notebook)):
            yield Fault(where, first_difference(stored, text), "its outputs come out otherwise now", todo)
