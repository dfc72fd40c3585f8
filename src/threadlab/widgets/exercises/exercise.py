"""Exercise: the exercise loop as a card under a notebook's last cell."""

from __future__ import annotations

from threadlab.course.catalogue import read_catalogue
from threadlab.course.course_root import find_course_root
from threadlab.course.desk import Desk
from threadlab.widgets.exercises.live_exercise import LiveExercise


def exercise(wanted: str) -> LiveExercise:
    """The card of an exercise, by number or name: check it, take hints, see how far you are.

    A stored notebook keeps only what is so for everybody. Raises CourseError for an unknown exercise, and
    outside a course.
    """
    catalogue = read_catalogue(find_course_root())
    return LiveExercise(Desk(catalogue), catalogue.lesson(wanted))
