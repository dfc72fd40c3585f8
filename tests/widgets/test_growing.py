"""A live view's half in the kernel: what it sends to its page, and when."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest

from benchmarks.recorded_comm import RecordedComm, recorded
from threadlab.widgets.drawing.growing import FIRST_LINES, Growing, utf16_length


@pytest.fixture
def growing() -> Growing:
    """A list with one line."""
    return Growing([{"text": "one"}])


@pytest.fixture
def comm(growing: Growing) -> RecordedComm:
    """Its line to a page that has spoken already."""
    comm = recorded(growing)
    comm.receive({"has": 1})
    comm.sent.clear()
    return comm


def test_an_addition_is_one_message_with_that_line_alone(growing: Growing, comm: RecordedComm) -> None:
    """Not the list: its length does not matter."""
    growing.append({"text": "two"})
    assert comm.said == [{"at": 1, "add": {"text": "two"}}]
    assert len(comm.sent) == 1


def test_growing_text_sends_the_piece_and_where_it_belongs(growing: Growing, comm: RecordedComm) -> None:
    """In the units of the page's own strings, so that a lost piece is noticed."""
    growing.grow(0, " 🎉")
    growing.grow(0, "!")
    assert comm.said == [{"at": 0, "from": 3, "more": " 🎉"}, {"at": 0, "from": 6, "more": "!"}]
    assert growing.lines == [{"text": "one 🎉!"}]
    assert utf16_length("a🎉") == 3


def test_what_is_the_same_is_not_sent_again(growing: Growing, comm: RecordedComm) -> None:
    """Neither a line nor the words about the present."""
    growing.put(0, {"text": "one"})
    growing.now("")
    assert comm.sent == []
    growing.put(0, {"text": "ONE"})
    growing.now("writing")
    assert comm.said == [{"at": 0, "put": {"text": "ONE"}}, {"now": "writing"}]


def test_a_view_that_opens_later_gets_everything(growing: Growing, comm: RecordedComm) -> None:
    """When it asks, and with the widget's state when the page is loaded again."""
    growing.append({"text": "two"})
    growing.grow(1, "!")
    comm.sent.clear()
    comm.receive({"has": 0})
    everything = {"lines": [{"text": "one"}, {"text": "two!"}], "now": ""}
    assert comm.said == [{"all": everything}]
    assert growing.get_state("log") == {"log": everything}


def test_while_no_page_has_spoken_the_first_lines_travel_as_state() -> None:
    """A message to a script that is not loaded yet would be lost; and nobody may be there at all."""
    growing = Growing()
    comm = recorded(growing)
    for number in range(FIRST_LINES + 5):
        growing.append({"text": str(number)})
    methods = [one["method"] for one in comm.sent]
    assert methods == ["update"] * FIRST_LINES + ["custom"] * 5
    assert len(comm.sent[FIRST_LINES - 1]["state"]["log"]["lines"]) == FIRST_LINES


def test_a_stored_notebook_never_tells_the_state(growing: Growing) -> None:
    """Its text is constant."""
    before = repr(growing)
    growing.append({"text": "two"})
    assert repr(growing) == before == "Growing()"


def test_a_question_that_nobody_understands_is_left_unanswered(growing: Growing, comm: RecordedComm) -> None:
    """Whatever a page says."""
    for asked in ({"body": 1}, {}, "has"):
        comm.receive(asked)  # type: ignore[arg-type]  # a page can say anything
    assert comm.said == []


SCRIPTS = sorted(files("threadlab.widgets").joinpath("scripts").iterdir(), key=lambda one: one.name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
def test_no_script_reads_text_as_html_or_as_code_or_fetches_anything(script: Any) -> None:
    """What a model wrote goes in as text, and only so."""
    code = script.read_text(encoding="utf-8")
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc"
    )
    assert not re.search(forbidden, code)
    code = code.replace('"http://www.w3.org/2000/svg"', "")  # the name of drawings, which nobody fetches
    assert not re.search(r"https?:|fetch\(|import\(|\bimport\b.*from|XMLHttpRequest|WebSocket", code)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(", code), "colours belong to the style sheet"
