"""The exercise card, stored and live."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from threadlab.course.catalogue import Catalogue, Lesson, read_catalogue
from threadlab.course.desk import Desk
from threadlab.course.exercise_loop import exercise_loop
from threadlab.course.judging import Looked
from threadlab.course.progress import parse_progress
from threadlab.course.starters import write_starter
from threadlab.course.verdict import Outcome, Verdict
from threadlab.errors import CourseError
from threadlab.views import exercise
from threadlab.widgets.drawing.page import html
from threadlab.widgets.exercises.exercise_card import ExerciseCard, card_of
from threadlab.widgets.exercises.live_exercise import CHECKS, HEAD, HINTS, PROGRESS, LiveExercise

WRONG = Outcome("It adds", passed=False, expected="a sum", seen="<b>[0]</b>", try_next="plus", printed="<i>")


@pytest.fixture
def lesson(mini_course: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The tiny lesson, with its starter; a notebook of the course runs in its own folder."""
    monkeypatch.chdir(mini_course / "lessons")
    found = read_catalogue(mini_course).lessons[0]
    write_starter(found)
    return found


def card(lesson: Lesson, *outcomes: Outcome, progress: str = "") -> ExerciseCard:
    """The card of two exercises' first one, judged so."""
    second = replace(lesson, number=2, slug="b")
    loop = exercise_loop((lesson, second), {}, parse_progress(progress))
    return card_of(loop, lesson.name, Looked(outcomes, "", Verdict(lesson, outcomes)) if outcomes else None)


def shown(live: LiveExercise, part: str) -> str:
    """The text that a part of the card shows."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", live.parts[part].value)).split())


def test_what_a_notebook_stores_is_the_same_for_everybody(lesson: Lesson) -> None:
    """Untouched, hinted or solved: so working in an exercise turns no lesson red."""

    def stored() -> dict[str, object]:
        bundle = exercise("01")._repr_mimebundle_()
        return {kind: bundle[kind] for kind in ("text/plain", "text/html")}

    before = stored()
    lesson.exercise.write_text("def add(a, b):\n    return a + b\n")
    Desk(read_catalogue(lesson.root)).judged(Verdict(lesson, (Outcome("It adds", passed=True),)))
    exercise("01").hint_button.click()
    assert stored() == before
    assert "threadlab check 01" in str(before["text/plain"])
    assert "exercises/01_adding.py" in str(before["text/html"])


def test_only_the_first_failure_is_told_in_full_and_escaped(lesson: Lesson) -> None:
    """What a learner's code gave or printed is text on the page, nothing else."""
    told = html(CHECKS, card=card(lesson, replace(WRONG, passed=True), WRONG, replace(WRONG, seen="later")))
    assert "&lt;b&gt;[0]&lt;/b&gt;" in told and "&lt;i&gt;" in told
    assert "<b>" not in told and "<i>" not in told
    assert "later" not in told
    assert told.count('aria-label="failed"') == 2 and told.count('aria-label="passed"') == 1


def test_unwritten_is_not_shown_as_wrong(lesson: Lesson) -> None:
    """It is told with what is still to be written."""
    found = card(lesson, replace(WRONG, unwritten=True, seen="add() is still to be written"))
    assert found.failure is None
    assert "Nothing wrong yet: add() is still to be written" in found.told
    assert found.checks[0].style == "quiet"


def test_progress_is_a_bar_that_can_be_read_aloud(lesson: Lesson) -> None:
    """By its value and in words."""
    bar = html(PROGRESS, card=card(lesson, progress="01_adding solved"))
    assert (
        'role="progressbar"' in bar and 'aria-valuenow="1"' in bar and 'aria-valuetext="1 of 2 solved"' in bar
    )
    assert 'width="50%"' in bar


async def test_check_judges_apart_while_the_kernel_stays_free(lesson: Lesson) -> None:
    """Wrong, then solved; the loop turns all the while, and a second press changes nothing."""
    live, turns = exercise("01"), 0
    lesson.exercise.write_text("def add(a, b):\n    return 0\n")
    live.check_button.click()
    assert live.checking is not None
    pressed_once = live.checking
    live.check_button.click()
    assert live.checking is pressed_once
    while not live.checking.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 10
    assert "think of plus" in shown(live, CHECKS) and "failing" in shown(live, HEAD)

    lesson.exercise.write_text("def add(a, b):\n    return b + a\n")
    await live.check()
    assert "Solved." in shown(live, CHECKS) and "solved" in shown(live, HEAD)
    assert "1 of 1 solved" in shown(live, PROGRESS)
    assert live.check_button.description == "Check"


def test_hints_come_one_by_one_and_are_there_again_the_next_time(lesson: Lesson) -> None:
    """After the third the button is gone."""
    live = exercise("01")
    assert shown(live, HINTS) == ""
    live.hint_button.click()
    assert shown(live, HINTS) == "Hints nudge"
    assert live.hint_button.description == "Hint 2 of 3"
    live.hint_button.click()
    live.hint_button.click()
    assert live.hint_button.layout.display == "none"
    assert shown(exercise("01"), HINTS) == "Hints nudge pointer nearly"


def test_next_is_offered_once_it_is_solved_and_goes_there(lesson: Lesson) -> None:
    """The card shows the following exercise; what is stored stays as it was."""
    desk = Desk(Catalogue("A course", (lesson, replace(lesson, number=2, slug="b", title="Second"))))
    live = LiveExercise(desk, lesson)
    assert live.next_button.layout.display == "none"
    desk.judged(Verdict(lesson, (Outcome("It adds", passed=True),)))
    live.show()
    assert (live.next_button.layout.display, live.next_button.description) == ("", "Next: exercise 2")
    live.next_button.click()
    assert "Exercise 2 Second" in shown(live, HEAD)
    assert live.next_button.layout.display == "none"
    assert "Exercise 1" in repr(live)


async def test_checks_that_cannot_be_run_are_told_on_the_card(lesson: Lesson) -> None:
    """With what to do; nothing is raised into the notebook."""
    live = exercise("01")
    lesson.test.write_text("x = 1\n")
    await live.check()
    assert "could not be run" in shown(live, CHECKS)


def test_an_unknown_exercise_is_named(lesson: Lesson) -> None:
    """As everywhere."""
    with pytest.raises(CourseError, match="99"):
        exercise("99")
