"""The self-check's questions, and how answers count."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from threadlab.cli.app import app
from threadlab.course.catalogue import read_catalogue
from threadlab.course.course_root import find_course_root
from threadlab.course.self_check import FILE, Answers, Choice, Question, read_self_check
from threadlab.errors import CourseError
from threadlab.views import self_check

ROOT = find_course_root(Path(__file__).parent)
QUESTIONS = (
    Question("A", 1, "One?", (Choice("no", "because"), Choice("yes", "indeed", right=True))),
    Question("B", 4, "Two?", (Choice("yes", "[sic]", right=True), Choice("no", "never"))),
)
ENTRY = '[[question]]\ntopic = "T"\nlesson = 1\nasks = "Q?"\n'
RIGHT = '[[question.choice]]\nsays = "a"\nwhy = "b"\nright = true\n'


def test_the_questions_ask_for_the_five_take_aways_of_lessons_that_exist() -> None:
    """The right choice is not always at the same place, and seldom the longest."""
    questions = read_self_check(ROOT)
    assert len(questions) == 5
    assert {question.lesson for question in questions} <= {one.number for one in read_catalogue(ROOT).lessons}
    places = {[choice.right for choice in question.choice].index(True) for question in questions}
    assert places == {0, 1, 2}
    longest = [max(question.choice, key=lambda choice: len(choice.says)).right for question in questions]
    assert longest.count(True) <= 2


@pytest.mark.parametrize(
    "text", [ENTRY + "choice = []\n", ENTRY + RIGHT * 2, ENTRY + RIGHT + 'x = "y"\n', ""]
)
def test_questions_without_exactly_one_right_choice_are_refused(tmp_path: Path, text: str) -> None:
    """And unknown entries, and a file without questions."""
    (tmp_path / "lessons").mkdir()
    (tmp_path / FILE).write_text(text)
    with pytest.raises(CourseError, match=r"self-check|right choice"):
        read_self_check(tmp_path)


def test_only_the_first_try_counts_and_the_lessons_to_read_again_are_named() -> None:
    """A question is done when its right choice was found."""
    answers = Answers(QUESTIONS).choose(0, 0)
    assert not answers.found(0)
    answers = answers.choose(0, 1).choose(0, 1).choose(1, 0)
    assert answers.finished
    assert answers.in_words == "1 of 2 at the first try. Worth another look: lesson 1."


def test_in_a_terminal_each_choice_is_answered_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong ones are asked again, other keys too, and the end of the input ends it."""
    monkeypatch.chdir(ROOT)
    questions = read_self_check(ROOT)
    done = CliRunner().invoke(app, ["self-check"], input="A\n9\nb\n")
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    assert questions[0].choice[0].why in told and questions[0].choice[1].why in told
    assert questions[1].asks in told
    assert "0 of 5 at the first try" in told


def test_on_the_card_a_press_tells_the_reason_and_the_stored_form_never_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that a notebook stores the same for everybody, and spoils nothing."""
    monkeypatch.chdir(ROOT)
    card = self_check()
    before = card._repr_mimebundle_()
    for number, question in enumerate(read_self_check(ROOT)):
        for at, choice in enumerate(question.choice):
            assert choice.why not in str(before["text/html"])
            if choice.right:
                card.choices[number][at].click()
                assert choice.why in card.whys[number].value
    assert "5 of 5 at the first try" in card.result.value
    after = card._repr_mimebundle_()
    assert (before["text/plain"], before["text/html"]) == (after["text/plain"], after["text/html"])
