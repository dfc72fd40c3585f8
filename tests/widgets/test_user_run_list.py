"""A conversation as its user runs, and the way from one to another."""

from __future__ import annotations

import pytest

from tests.widgets.told_user_runs import family
from threadlab.widgets.user_runs.user_run_list import UserRunList, render_html, render_text, user_run_list
from threadlab.widgets.user_runs.user_run_pages import UserRunPages


@pytest.fixture
def view() -> UserRunList:
    """The list of six user runs."""
    return user_run_list(family()[0])


def test_every_message_stands_in_its_user_run(view: UserRunList) -> None:
    """The prompt first, then what the run wrote; a failed one has its prompt alone."""
    assert [[said.role for said in one.messages] for one in view.lines[:2]] == [
        ["user", "assistant"],
        ["user"],
    ]
    records, _ = family()
    shown = {said.id for one in view.lines for said in one.messages}
    made = {message.id for record in records for call in record.calls for message in call.messages}
    assert made <= shown


def test_each_user_run_is_a_card_of_its_own_that_opens(view: UserRunList) -> None:
    """With its number, status, input and answer while it is closed."""
    page = render_html(view)
    assert page.count("tl-user-run tl-") == len(view.lines) == page.count("<details>")
    assert "Tromsø: −8 °C and clear." in page and view.lines[3].id in page


def test_those_that_nobody_typed_are_marked_and_counted(view: UserRunList) -> None:
    """In HTML and in text."""
    assert view.summary == "6 user runs, 1 not begun by a person"
    assert render_html(view).count("</span> system-triggered</span>") == 1
    assert "completed · ⚙ system-triggered · forecast" in render_text(view)


def test_an_empty_list_says_so() -> None:
    """And is no error."""
    assert "No user run yet." in render_html(user_run_list([]))
    assert "No user run yet." in UserRunPages([]).said.value


def test_one_walks_from_card_to_card_and_stops_at_the_ends() -> None:
    """It begins at the latest."""
    records, _ = family()
    pages = UserRunPages(records)
    assert records[5].id in pages.card.value and pages.next.disabled
    pages.previous.click()
    assert records[4].id in pages.card.value and "5 of 6" in pages.said.value
    for _ in range(9):
        pages.previous.click()
    assert records[0].id in pages.card.value and pages.previous.disabled and not pages.next.disabled
    pages.close()
    assert pages.row.comm is None and pages.card.comm is None


def test_one_jumps_by_number_by_id_and_by_the_end_of_an_id() -> None:
    """What is nowhere leaves the card as it is, and says what can be written."""
    records, _ = family()
    pages = UserRunPages(records)
    for wanted, place in (("3", 2), (records[1].id, 1), ("d4d4", 3)):
        pages.wanted.value = wanted
        pages.go.click()
        assert pages.place == place and records[place].id in pages.card.value
    pages.goto(-1)
    assert pages.place == 5
    pages.goto(4)
    for nowhere in ("99", "", "turn-", "a1a2"):
        pages.goto(nowhere)
        assert pages.place == 3
        assert "user run" in pages.said.value and "turn-20231114-221305-f6f6" in pages.said.value


def test_a_stored_notebook_shows_the_list() -> None:
    """As HTML and as text, beside the live view."""
    pages = UserRunPages(family()[0])
    bundle = pages._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/html"] == render_html(pages.view)
    assert bundle["text/plain"] == render_text(pages.view) == repr(pages)
