"""The desk: the exercise loop's files. Whatever a verb or a button does to them, it does here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from threadlab.course.catalogue import Catalogue, Lesson
from threadlab.course.exercise_loop import Exercise, ExerciseLoop, exercise_loop
from threadlab.course.progress import change_progress, read_progress
from threadlab.course.starters import is_untouched, read_solution, starter_text
from threadlab.course.verdict import Verdict

KEPT = Path("my") / "kept"
"""Where versions of exercises go that a reset takes away."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint, its tier from 1 to 3, and whether there is one that says more."""

    tier: int
    words: str
    more: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """One learner's work in one course. `now` dates what is kept."""

    catalogue: Catalogue
    now: Callable[[], datetime] = datetime.now

    @property
    def root(self) -> Path:
        """The course's folder."""
        return self.catalogue.lessons[0].root

    def loop(self) -> ExerciseLoop:
        """Where the learner stands now."""
        texts = {
            lesson.name: text for lesson in self.catalogue.lessons if (text := written(lesson)) is not None
        }
        return exercise_loop(self.catalogue.lessons, texts, read_progress(self.root))

    def exercise(self, wanted: str | None = None) -> Exercise:
        """The exercise that was asked for, as the catalogue finds it; the current one for None."""
        loop = self.loop()
        return loop.current if wanted is None else loop.exercise(self.catalogue.lesson(wanted).name)

    def judged(self, verdict: Verdict) -> None:
        """Remember what the checks said."""
        first = verdict.first_failure
        failing = first is not None and not first.unwritten
        change_progress(
            self.root,
            lambda progress: progress.judged(verdict.lesson.name, passed=verdict.passed, failing=failing),
        )

    def hint(self, exercise: Exercise, tier: int | None = None) -> Hint:
        """The next hint of an exercise, or that of a tier; which one is remembered."""
        shown = exercise.next_tier if tier is None else tier
        change_progress(self.root, lambda progress: progress.hinted(exercise.name, shown))
        hints = exercise.lesson.hints
        return Hint(shown, hints[shown - 1], more=shown < len(hints))

    def reset(self, lesson: Lesson) -> Path | None:
        """Put the starter back, and forget the exercise. Returns where the version of before is kept, if any.

        Raises CourseError, and changes nothing, when a starter cannot be made.
        """
        starter = starter_text(read_solution(lesson), lesson.name)
        kept = self._keep(lesson) if is_worked_in(lesson) else None
        lesson.exercise.parent.mkdir(exist_ok=True)
        lesson.exercise.write_text(starter, encoding="utf-8")
        change_progress(self.root, lambda progress: progress.without(lesson.name))
        return kept

    def _keep(self, lesson: Lesson) -> Path:
        folder = self.root / KEPT
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{lesson.name}-{self.now():%Y-%m-%d-%H%M%S}"
        path, number = folder / f"{stem}.py", 1
        while path.exists():
            path, number = folder / f"{stem}-{number + 1}.py", number + 1
        shutil.copyfile(lesson.exercise, path)
        return path


def written(lesson: Lesson) -> str | None:
    """What stands in the exercise's file; None when there is none, or it cannot be read as text."""
    try:
        return lesson.exercise.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def is_worked_in(lesson: Lesson) -> bool:
    """Whether the exercise's file holds anything but a starter as it was made."""
    text = written(lesson)
    return lesson.exercise.exists() and (text is None or not is_untouched(text))
