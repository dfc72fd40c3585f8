"""The course that a verb works on: the one around the current folder."""

from __future__ import annotations

from threadlab.course.catalogue import Catalogue, Lesson, read_catalogue
from threadlab.course.course_root import find_course_root


def course_here() -> Catalogue:
    """Its catalogue. Raises CourseNotFound outside a course."""
    return read_catalogue(find_course_root())


def lessons_here(wanted: str | None) -> tuple[Lesson, ...]:
    """The lesson that was asked for, or all."""
    catalogue = course_here()
    return catalogue.lessons if wanted is None else (catalogue.lesson(wanted),)
