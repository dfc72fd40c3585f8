"""A user run of the tree is made again with a press: first the plan, then the run, and the tree has grown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.history.history import History
from threadlab.tools.tool import tool
from threadlab.widgets.user_runs.history_picker import HistoryPicker
from threadlab.widgets.user_runs.rerun_form import ANYWHERE


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Seeded, without waiting."""
    with connect(target=Local(seed=7, pace=0)) as lab:
        yield lab


@pytest.fixture
def history(lab: Lab, tmp_path: Path) -> History:
    """Empty, and it prints no plan."""
    return History(lab, tmp_path / "runs", on_plan=None)


@tool
def buy_ticket(place: str) -> str:
    """Buy a ticket.

    Args:
        place: what for.
    """
    return f"a ticket for the {place}"


def test_the_plan_stands_there_before_anything_runs(history: History, lab: Lab) -> None:
    """As soon as a user run is picked; nothing is asked of the service, and nothing written."""
    user_run = history.branch("main").ask("I live in Lisbon.")
    sent = lab.wire.count
    picker = HistoryPicker(history)
    assert picker.form.layout.display == "none"
    picker.pick(1)
    assert picker.form.layout.display == "" and picker.form.input.value == "I live in Lisbon."
    assert str(user_run.plan()) in picker.form.told.value and user_run.id in picker.form.head.value
    assert len(history) == 1 and lab.wire.count == sent
    picker.tree._hear(None, {"pick": []}, None)
    assert picker.form.layout.display == "none"
    picker.close()
    assert picker.form.button.comm is None


def test_a_press_makes_it_again_beside_it_and_both_stand_side_by_side(history: History) -> None:
    """The tree grows as soon as the new one is on disk, and is there while it is at work."""
    first = history.branch("main").ask("I live in Lisbon.")
    picker = HistoryPicker(history)
    words: list[object] = []
    picker.tree.observe(lambda change: words.append([row["word"] for row in change["new"]]), "rows")
    picker.pick(1)
    picker.form.button.click()
    again = history[2]
    assert words == [["completed", "queued"], ["completed", "in_progress"], ["completed", "completed"]]
    assert (again.record.received.verb, again.record.received.base) == ("rerun", first.id)
    assert picker.tree.picked == [first.id, again.id] and again.id in picker.form.head.value
    assert "The same was asked" in picker.compared.value
    assert picker.form.button.description == "Rerun from here"


def test_other_words_are_an_edit(history: History) -> None:
    """The plan follows them; the old words stay what they were."""
    history.branch("main").ask("I live in Lisbon.")
    picker = HistoryPicker(history)
    picker.pick(1)
    picker.form.input.value = "I live in Bergen."
    picker.rerun()
    first, edited = history
    assert first.record.received.input == "I live in Lisbon."
    assert edited.record.received.verb == "edit" and "Bergen" in edited.output
    assert "They part at step 1: other input." in picker.compared.value


def test_it_can_begin_at_a_later_unit_of_work(history: History) -> None:
    """What came before is used again; where there is only one unit, nothing can be chosen."""
    agents = [history.lab.create_agent(name=name) for name in ("guide", "critic")]
    history.branch("main", agents=agents).ask("What is a thread?\n@critic What is a run step?")
    picker = HistoryPicker(history)
    picker.pick(1)
    assert picker.form.start.options == (ANYWHERE, ("1 guide", "1"), ("2 critic", "2"))
    picker.form.start.value = "2"
    assert "reuse unit 1; execute unit 2" in picker.form.told.value
    picker.rerun()
    assert [bool(call.reused) for call in history[2].calls] == [True, False]
    assert picker.form.start.value == ""
    history.branch("other").ask("Hello!")
    picker.pick(3)
    assert picker.form.start.layout.display == "none"


def test_a_later_kernel_says_which_function_it_lacks_and_shows_the_plan_once_it_has_it(
    history: History, lab: Lab
) -> None:
    """The first press after that shows the plan, and the second runs: nothing runs unseen."""
    history.branch("shop", tools=[buy_ticket]).ask("Please buy a ticket for the museum.")
    later = History(lab, history.folder, on_plan=None)
    picker = HistoryPicker(later)
    picker.pick(1)
    assert "buy_ticket, and no such function is here" in picker.form.told.value
    assert "history.branch(name, tools=[...])" in picker.form.told.value
    picker.form.button.click()
    assert len(later) == 1, "there was no plan"
    later.branch("shop", tools=[buy_ticket])
    picker.form.button.click()
    assert "execute unit 1" in picker.form.told.value and len(later) == 1
    assert "It may call again what has an effect outside: buy_ticket" in picker.form.told.value
    picker.form.button.click()
    assert len(later) == 2 and "a ticket for the museum" in later[2].output


def test_what_goes_wrong_on_the_way_is_told_on_the_page(history: History) -> None:
    """The error of a button's callback would be seen by nobody."""
    history.branch("main").ask("Hello!")
    picker = HistoryPicker(history)
    picker.pick(1)

    def full() -> None:
        raise OSError("no space left on <the disk>")

    picker.form._grown = full
    picker.rerun()
    assert "OSError: no space left on &lt;the disk&gt;" in picker.form.told.value
    assert picker.form.button.description == "Rerun from here"


def test_a_press_on_the_tree_shows_what_came_since(history: History) -> None:
    """From another cell, or another process."""
    main = history.branch("main")
    main.ask("Hello!")
    picker = HistoryPicker(history)
    main.ask("Hello again!")
    assert len(picker.tree.rows) == 1
    picker.pick(1)
    assert len(picker.tree.rows) == 2
