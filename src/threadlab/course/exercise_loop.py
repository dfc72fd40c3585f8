"""The exercise loop: where a learner stands, and where to go from there. It reads no file and writes none.

The command line, `threadlab watch` and the notebook's card all show this one picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from threadlab.course.catalogue import Lesson
from threadlab.course.progress import Progress
from threadlab.course.starters import is_untouched

TIERS = 3
"""Hints of an exercise: a nudge, a pointer, nearly the solution."""


class State(StrEnum):
    """How an exercise is: `failing` is one whose last check failed, `begun` one that no check has met yet."""

    UNTOUCHED = "untouched"
    BEGUN = "begun"
    FAILING = "failing"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise as it is now. `hints` says how many tiers were shown."""

    lesson: Lesson
    state: State
    hints: int

    @property
    def name(self) -> str:
        """Its name, such as `02_run_status`."""
        return self.lesson.name

    @property
    def path(self) -> str:
        """Its file, from the course's folder."""
        return f"exercises/{self.lesson.exercise.name}"

    @property
    def number(self) -> str:
        """Its number as commands take it."""
        return f"{self.lesson.number:02d}"

    @property
    def next_tier(self) -> int:
        """The tier of the next hint, 1 to 3; the last one stays the last."""
        return min(self.hints + 1, TIERS)


@dataclass(frozen=True, slots=True)
class ExerciseLoop:
    """All exercises of a course, in order."""

    exercises: tuple[Exercise, ...]

    @property
    def solved(self) -> int:
        """How many are solved."""
        return sum(one.state is State.SOLVED for one in self.exercises)

    @property
    def finished(self) -> bool:
        """Whether all are."""
        return self.solved == len(self.exercises)

    @property
    def in_words(self) -> str:
        """The progress in words."""
        return f"{self.solved} of {len(self.exercises)} solved"

    @property
    def current(self) -> Exercise:
        """The first that is not solved; the last one where all are."""
        return next((one for one in self.exercises if one.state is not State.SOLVED), self.exercises[-1])

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name. Raises KeyError for another."""
        for one in self.exercises:
            if one.name == name:
                return one
        raise KeyError(name)

    def after(self, name: str) -> Exercise | None:
        """The next unsolved one after that, the first one after the last; None when there is no other."""
        names = [one.name for one in self.exercises]
        at = names.index(name)
        others = (*self.exercises[at + 1 :], *self.exercises[:at])
        return next((one for one in others if one.state is not State.SOLVED), None)

    def bar(self, width: int) -> tuple[int, int]:
        """How many of `width` places are filled, and how many are not; not full before all are solved."""
        filled = width * self.solved // max(1, len(self.exercises))
        return filled, width - filled


def exercise_loop(lessons: Iterable[Lesson], texts: Mapping[str, str], progress: Progress) -> ExerciseLoop:
    """The loop. `texts` holds what stands in each exercise's file, by name; a missing one is untouched."""
    return ExerciseLoop(
        tuple(
            Exercise(
                lesson, _state(lesson.name, texts.get(lesson.name), progress), progress.of(lesson.name).hints
            )
            for lesson in lessons
        )
    )


def _state(name: str, text: str | None, progress: Progress) -> State:
    remembered = progress.of(name)
    if remembered.solved:
        return State.SOLVED
    if text is None or is_untouched(text):
        return State.UNTOUCHED
    return State.FAILING if remembered.failing else State.BEGUN
