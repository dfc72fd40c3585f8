"""Exercise card: an exercise and how it stands, worded for a page.

The part that a notebook stores (`static_html`, `static_text`) tells only what is so for everybody: which
exercise it is, where its file is, and how to check it. So solving it changes no stored output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threadlab.course.catalogue import Lesson
from threadlab.course.exercise_loop import Exercise, ExerciseLoop, State
from threadlab.course.judging import Looked
from threadlab.course.verdict import Outcome
from threadlab.widgets.drawing.page import html, styled


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: its word, a mark, and the name of its tone."""

    word: str
    mark: str
    style: str


LOOKS: Mapping[State, StateLook] = {
    State.UNTOUCHED: StateLook("not begun", "○", "quiet"),
    State.BEGUN: StateLook("begun", "◐", "live"),
    State.FAILING: StateLook("failing", "✗", "bad"),
    State.SOLVED: StateLook("solved", "✓", "good"),
}


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check: its sentence, and whether it held ("good"), failed ("bad"), or was not judged ("quiet")."""

    sentence: str
    mark: str
    word: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseCard:
    """Everything on the card. `checks` is empty before the first check; `failure` is told in full."""

    exercise: Exercise
    look: StateLook
    hints: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    failure: Outcome | None
    told: str
    solved: int
    total: int
    progress: str


def card_of(loop: ExerciseLoop, name: str, looked: Looked | None, trouble: str = "") -> ExerciseCard:
    """The card of an exercise. `looked` is its last check, or one at work; `trouble` why there is none."""
    exercise = loop.exercise(name)
    verdict = looked.verdict if looked else None
    first = verdict.first_failure if verdict else None
    return ExerciseCard(
        exercise=exercise,
        look=LOOKS[exercise.state],
        hints=exercise.lesson.hints[: exercise.hints],
        checks=_checks(looked) if looked else (),
        failure=first if first is not None and not first.unwritten else None,
        told=trouble or _told(exercise, loop, looked),
        solved=loop.solved,
        total=len(loop.exercises),
        progress=loop.in_words,
    )


def static_html(lesson: Lesson) -> str:
    """What a stored notebook shows, as HTML that needs nothing else."""
    return styled(html("exercise.html", lesson=lesson, number=f"{lesson.number:02d}"))


def static_text(lesson: Lesson) -> str:
    """The same as plain text."""
    number = f"{lesson.number:02d}"
    return (
        f"Exercise {lesson.number}: {lesson.title}\n"
        f"file   exercises/{lesson.exercise.name}\n"
        f"check  threadlab check {number}\n"
        f"hint   threadlab hint {number}"
    )


def _checks(looked: Looked) -> tuple[CheckLine, ...]:
    lines = [_check(outcome) for outcome in looked.outcomes]
    if looked.under_way:
        lines.append(CheckLine(looked.under_way, "…", "at work", "live"))
    return tuple(lines)


def _check(outcome: Outcome) -> CheckLine:
    if outcome.passed:
        return CheckLine(outcome.sentence, "✓", "passed", "good")
    if outcome.unwritten:
        return CheckLine(outcome.sentence, "·", "not written yet", "quiet")
    return CheckLine(outcome.sentence, "✗", "failed", "bad")


def _told(exercise: Exercise, loop: ExerciseLoop, looked: Looked | None) -> str:
    if looked is None:
        return ""
    if looked.verdict is None:
        return "Checking …"
    first = looked.verdict.first_failure
    if first is not None:
        return f"Nothing wrong yet: {first.seen}. Follow the TODO lines." if first.unwritten else ""
    compare = (
        f"Solved. In a terminal, threadlab solution {exercise.number} compares it with another solution."
    )
    return compare if loop.after(exercise.name) else f"{compare} That was the last exercise."
