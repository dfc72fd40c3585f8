"""Verdict: what the checks of an exercise said."""

from __future__ import annotations

from dataclasses import dataclass

from threadlab.course.catalogue import Lesson


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check: its sentence, whether it held, and what to tell when it did not.

    `expected`, `seen` and `try_next` are filled for a check that failed; `unwritten` marks one that only
    met a part which is still to be written. `printed` is what the learner's code printed meanwhile.
    """

    sentence: str
    passed: bool
    expected: str = ""
    seen: str = ""
    try_next: str = ""
    unwritten: bool = False
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one exercise, in their order. Where one never came back, those after it are missing."""

    lesson: Lesson
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def unwritten(self) -> bool:
        """Whether the exercise was not begun: some part is still as the starter has it."""
        return any(outcome.unwritten for outcome in self.outcomes)

    @property
    def first_failure(self) -> Outcome | None:
        """The one to look at: later failures often follow from it."""
        return next((outcome for outcome in self.outcomes if not outcome.passed), None)
