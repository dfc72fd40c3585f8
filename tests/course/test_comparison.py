"""A learner's version beside the solution."""

from __future__ import annotations

from threadlab.course.comparison import difference
from threadlab.course.starters import starter_text

SOLUTION = '''"""Run: python solutions/01_x.py"""


def f(a):
    # >>> solution
    # 1. double it
    return a + a
    # <<< solution
'''


def test_marks_stamp_todos_and_the_path_are_no_difference() -> None:
    """The starter with the solution's own line in it compares equal."""
    starter = starter_text(SOLUTION, "01_x")
    mine = starter.replace('raise NotImplementedError("f() is still to be written")', "return a + a")
    assert mine != starter
    assert difference(mine, SOLUTION, "01_x") == ""


def test_what_differs_is_shown_from_yours_to_the_solution() -> None:
    """Minus is yours."""
    starter = starter_text(SOLUTION, "01_x")
    mine = starter.replace('raise NotImplementedError("f() is still to be written")', "return 2 * a")
    lines = difference(mine, SOLUTION, "01_x").splitlines()
    assert "-    return 2 * a" in lines
    assert "+    return a + a" in lines
