"""Finding the course."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.course.course_root import find_course_root
from threadlab.errors import CourseNotFound


def test_the_course_is_found_from_any_folder_inside_it(mini_course: Path) -> None:
    """From the root, and from folders below it."""
    deep = mini_course / "my" / "deep"
    deep.mkdir(parents=True)
    assert find_course_root(mini_course) == find_course_root(deep) == mini_course.resolve()


def test_elsewhere_the_error_names_the_folder_and_says_where_to_go(tmp_path: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(CourseNotFound) as caught:
        find_course_root(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "lab.py" in caught.value.hint
