"""The learner's copies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.refresh import refresh
from threadlab.course.working_copy import open_working_copy
from threadlab.errors import CourseError


@pytest.fixture
def lesson(mini_course: Path) -> Lesson:
    """The tiny lesson."""
    return read_catalogue(mini_course).lessons[0]


def test_a_copy_has_no_outputs_and_the_reference_keeps_its_own(lesson: Lesson) -> None:
    """So predict-then-run is not spoiled."""
    refresh(lesson.notebook)
    reference = lesson.notebook.read_text()
    assert '"3"' in reference
    for cell in json.loads(open_working_copy(lesson).read_text())["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None
    assert lesson.notebook.read_text() == reference


def test_a_copy_that_is_there_is_left_as_it_is(lesson: Lesson) -> None:
    """It holds someone's work."""
    copy = open_working_copy(lesson)
    copy.write_text("mine")
    assert open_working_copy(lesson).read_text() == "mine"


def test_a_fresh_copy_keeps_every_older_one(lesson: Lesson) -> None:
    """Each under a name of its own."""
    for text in ("first", "second"):
        open_working_copy(lesson, fresh=True).write_text(text)
    fresh = open_working_copy(lesson, fresh=True)
    kept = {path.read_text() for path in fresh.parent.iterdir() if path != fresh}
    assert kept == {"first", "second"}


def test_a_missing_reference_is_named_and_the_copy_not_touched(lesson: Lesson) -> None:
    """Nothing is renamed before it is known that a new one can be made."""
    copy = open_working_copy(lesson)
    lesson.notebook.unlink()
    with pytest.raises(CourseError, match="01_adding"):
        open_working_copy(lesson, fresh=True)
    assert [path.name for path in copy.parent.iterdir()] == ["01_adding.ipynb"]
