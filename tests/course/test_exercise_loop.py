"""The exercise loop: where a learner stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.exercise_loop import ExerciseLoop, State, exercise_loop
from threadlab.course.progress import Progress, parse_progress
from threadlab.course.starters import read_solution, starter_text


@pytest.fixture
def lessons(mini_course: Path) -> tuple[Lesson, ...]:
    """Four lessons; only their numbers and names matter."""
    first = read_catalogue(mini_course).lessons[0]
    return tuple(replace(first, number=number, slug=slug) for number, slug in enumerate("abcd", start=1))


def loop_of(lessons: tuple[Lesson, ...], progress: str) -> ExerciseLoop:
    """The loop for this progress file; the files hold nothing of note."""
    return exercise_loop(lessons, {}, parse_progress(progress))


def test_an_exercise_is_untouched_begun_failing_or_solved(lessons: tuple[Lesson, ...]) -> None:
    """By its file, and by what is remembered of it."""
    starter = starter_text(read_solution(replace(lessons[0], slug="adding")), "01_a")
    texts = {"01_a": starter, "02_b": "mine", "03_c": "mine", "04_d": "mine"}
    loop = exercise_loop(lessons, texts, parse_progress("03_c failing\n04_d solved"))
    assert [one.state for one in loop.exercises] == list(State)


def test_a_missing_file_and_a_starter_put_back_by_hand_are_untouched(lessons: tuple[Lesson, ...]) -> None:
    """Whatever failed before."""
    assert exercise_loop(lessons, {}, Progress().judged("01_a", passed=False, failing=True)).exercises[
        0
    ].state is (State.UNTOUCHED)


def test_the_current_one_is_the_first_unsolved(lessons: tuple[Lesson, ...]) -> None:
    """In the order of the course, whatever was solved first; the last one when all are."""
    assert loop_of(lessons, "03_c\n01_a").current.name == "02_b"
    assert loop_of(lessons, "01_a\n02_b\n03_c\n04_d").current.name == "04_d"


@pytest.mark.parametrize(
    ("solved", "after", "following"),
    [
        ("", "01_a", "02_b"),
        ("02_b", "01_a", "03_c"),
        ("03_c\n04_d", "02_b", "01_a"),
        ("01_a\n02_b\n03_c", "04_d", None),
    ],
)
def test_next_is_the_following_unsolved_one_and_begins_again_at_the_end(
    lessons: tuple[Lesson, ...], solved: str, after: str, following: str | None
) -> None:
    """None when there is no other."""
    found = loop_of(lessons, solved).after(after)
    assert (found and found.name) == following


def test_the_bar_is_full_when_all_is_solved_and_not_before(lessons: tuple[Lesson, ...]) -> None:
    """And says the same in words."""
    assert loop_of(lessons, "").bar(10) == (0, 10)
    assert loop_of(lessons, "01_a\n02_b\n03_c").bar(10) == (7, 3)
    full = loop_of(lessons, "01_a\n02_b\n03_c\n04_d")
    assert full.bar(10) == (10, 0) and full.finished
    assert full.in_words == "4 of 4 solved"


def test_hints_go_up_to_the_third_and_stay_there(lessons: tuple[Lesson, ...]) -> None:
    """Each exercise by itself."""
    loop = loop_of(lessons, "01_a begun, hints 1\n02_b begun, hints 3")
    assert [one.next_tier for one in loop.exercises] == [2, 3, 1, 1]
