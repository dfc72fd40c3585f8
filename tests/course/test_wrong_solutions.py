"""Each exercise's checks are proved against wrong solutions: each fails, by the check meant for it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.course_root import find_course_root
from threadlab.course.judge import judge
from threadlab.course.starters import starter_text
from threadlab.course.verdict import Outcome

HERE = Path(__file__).parent
LESSONS = {lesson.name: lesson for lesson in read_catalogue(find_course_root(HERE)).lessons}
WRONG = sorted((HERE / "wrong").glob("*/*.py"))
CAUGHT_BY = "Caught by: "


def _first_failure(path: Path) -> Outcome:
    verdict = judge(LESSONS[path.parent.name], str(path))
    return next(outcome for outcome in verdict.outcomes if not outcome.passed)


@pytest.mark.parametrize("path", WRONG, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_wrong_solution_fails_by_the_check_that_is_meant_for_it(path: Path) -> None:
    """The check named in its docstring fails first, in three parts, and without giving the answer away."""
    failure = _first_failure(path)
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert f"{CAUGHT_BY}{failure.sentence}" in docstring
    assert failure.expected and failure.seen and failure.try_next
    told = f"{failure.expected} {failure.seen} {failure.try_next}"
    assert not [line for line in _solution_code(LESSONS[path.parent.name]) if line in told]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_exercise_has_at_least_three_wrong_solutions_each_caught_by_a_check_of_its_own(
    lesson: Lesson,
) -> None:
    """What is told differs from one to the next."""
    docstrings = [path.read_text(encoding="utf-8") for path in WRONG if path.parent.name == lesson.name]
    caught_by = {text.partition(CAUGHT_BY)[2].partition("\n")[0] for text in docstrings}
    assert len(caught_by) == len(docstrings) >= 3


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_the_starter_fails_as_unwritten(lesson: Lesson, tmp_path: Path) -> None:
    """An exercise that passes before anything is written would teach nothing."""
    starter = tmp_path / lesson.exercise.name
    starter.write_text(starter_text(lesson.solution.read_text(encoding="utf-8"), lesson.name))
    verdict = judge(lesson, str(starter))
    assert verdict.unwritten
    assert not any(outcome.passed for outcome in verdict.outcomes)


def _solution_code(lesson: Lesson) -> list[str]:
    """The statements of the solution that a message must not contain."""
    source = lesson.solution.read_text(encoding="utf-8")
    return [
        line.strip()
        for region in source.split("# >>> solution")[1:]
        for line in region.partition("# <<< solution")[0].splitlines()
        if line.strip() and not line.strip().startswith("#")
    ]
