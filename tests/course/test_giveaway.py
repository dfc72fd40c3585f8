"""What is told never contains the answer."""

from __future__ import annotations

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.course_root import find_course_root
from threadlab.course.giveaway import given_away

LESSONS = read_catalogue(find_course_root()).lessons
SOLUTION = """
def f(status):
    total = 0
    # >>> solution
    # 1. look
    if status in ("queued", "cancelling"):  # both wait
        return True
    # <<< solution
"""
ANSWER = 'if status in ("queued", "cancelling")'


@pytest.mark.parametrize(
    "told",
    [
        'write if status in ("queued", "cancelling"): there',
        "think of `if status in ('queued',\n  'cancelling')`",
        "seen: if  status in( 'queued' ,'cancelling' )",
    ],
)
def test_an_answer_is_found_however_it_is_written(told: str) -> None:
    """Spacing, quotes, code marks, a line break."""
    assert given_away(told, SOLUTION) == (ANSWER,)


@pytest.mark.parametrize(
    "told",
    ["return True when it is over", "total = 0", "1. look", "if status in the list", "queued, cancelling"],
)
def test_prose_and_what_the_learner_has_anyway_give_nothing_away(told: str) -> None:
    """Short statements, code outside the regions, the comments that are the TODOs."""
    assert given_away(told, SOLUTION) == ()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_hint_is_the_solution(lesson: Lesson) -> None:
    """Nor the third, which is nearly that."""
    solution = lesson.solution.read_text(encoding="utf-8")
    assert [given_away(hint, solution) for hint in lesson.hints] == [()] * 3
