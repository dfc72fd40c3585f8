"""The catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.course.catalogue import read_catalogue
from threadlab.errors import CourseError


def test_a_lesson_is_found_by_number_slug_or_name(mini_course: Path) -> None:
    """All four ways to say it give the same lesson."""
    catalogue = read_catalogue(mini_course)
    assert {catalogue.lesson(wanted).name for wanted in ("1", "01", "adding", "01_adding")} == {"01_adding"}


@pytest.mark.parametrize("wanted", ["2", "0", "", "add"])
def test_another_lesson_is_refused_with_the_list_of_lessons(mini_course: Path, wanted: str) -> None:
    """The hint names what there is."""
    with pytest.raises(CourseError, match="01_adding"):
        read_catalogue(mini_course).lesson(wanted)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("minutes = 5", "minutes = 0"),
        ("minutes = 5", "minuets = 5"),
        ('"nearly"', ""),
        ('slug = "adding"', 'slug = "Adding Up"'),
        ('generation = "classic"\nhints', 'generation = "baroque"\nhints'),
        ("number = 1", "number = "),
    ],
)
def test_a_catalogue_that_is_wrong_anywhere_is_refused(mini_course: Path, before: str, after: str) -> None:
    """Each mistake is found when the file is read, not when the lesson is opened."""
    path = mini_course / "lessons" / "course.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    with pytest.raises(CourseError):
        read_catalogue(mini_course)


def test_two_lessons_of_one_number_are_refused(mini_course: Path) -> None:
    """Their files would be one another's."""
    path = mini_course / "lessons" / "course.toml"
    lesson = path.read_text().partition("[[lesson]]")[2]
    path.write_text(f"{path.read_text()}\n[[lesson]]{lesson}")
    with pytest.raises(CourseError, match="numbered"):
        read_catalogue(mini_course)


def test_the_banner_tells_the_day_on_which_the_service_is_switched_off(mini_course: Path) -> None:
    """From one data file to every lesson."""
    banner = read_catalogue(mini_course).lessons[0].banner
    assert "Classic" in banner
    assert "31 March 2027" in banner
