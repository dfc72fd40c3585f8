"""Heads: an edit of an older turn moves its branch. One verb is the way back, and prune tells of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from threadlab.connect.lab import Lab
from threadlab.errors import BranchBusy, HistoryError, UnknownUserRun
from threadlab.history.branch import Branch
from threadlab.history.history import History


@pytest.fixture
def history(here: Lab, tmp_path: Path) -> History:
    """A history at the lab in this process."""
    return History(here, tmp_path / "runs")


@pytest.fixture
def main(history: History) -> Branch:
    """A branch."""
    return history.branch("main", instructions="Be brief.")


def test_what_an_edit_left_beside_it_is_brought_back_by_one_verb(history: History, main: Branch) -> None:
    """The plan says it; nothing is copied, and the next input goes on from there."""
    turns = [main.ask(text) for text in ("My name is Ada.", "Hello.", "Thank you.")]
    edit = turns[0].edit(input="My name is Bob.")
    assert f'back by history.branch("main").move_to("{turns[-1].id}")' in str(edit.plan())
    edited = edit.rerun()
    assert list(main) == [edited]
    main.move_to(turns[-1])
    assert list(main) == turns and main.state.heads[-1] == turns[-1].id
    assert main.ask("What is my name?").output == "Your name is Ada."
    main.move_to(None)
    assert not list(main) and main.ask("Hello.").parent is None
    with pytest.raises(UnknownUserRun):
        main.move_to("turn-19990101-000000-aaaa")
    assert len(history) == 6


def test_a_head_is_not_moved_under_a_user_run_at_work(main: Branch) -> None:
    """It would take its place in the tree somewhere else than it was asked."""
    turn = main.ask("Hello.")
    at_work = main.start("Hello again.", thread_policy="reject")
    with pytest.raises(BranchBusy):
        main.move_to(None)
    at_work.close()
    main.move_to(None)
    assert main.head is None and turn.status == "completed"


def test_prune_names_what_a_branch_was_moved_off(history: History, main: Branch) -> None:
    """A user run that no branch ever led to is not called so; moving back keeps it."""
    turns = [main.ask(text) for text in ("My name is Ada.", "Hello.")]
    edited = turns[0].edit(input="My name is Bob.").rerun()
    copy = turns[0].replay()
    found = history.prune(keep=0, dry_run=True)
    assert set(found.ids) == {turns[0].id, turns[1].id, copy.id}
    assert found.aside == {turns[0].id: "main", turns[1].id: "main"}
    assert "2 of them once on a branch that was moved off them" in str(found)
    assert "completed; main led to it once" in str(found.table())
    main.move_to(turns[1])
    assert set(history.prune(keep=0, dry_run=True).ids) == {edited.id, copy.id}


def test_user_runs_are_compared_by_what_they_are(
    history: History, main: Branch, here: Lab, tmp_path: Path
) -> None:
    """Two handles of one are equal; the same id in another folder is another user run."""
    turn = main.ask("My name is Ada.")
    second = main.ask("Hello.")
    assert main.head == main.runs[-1] == second and turn in main.runs and turn != second
    assert len({turn, main.runs[0], history.goto(turn.id)}) == 1
    history.export(tmp_path / "all.zip")
    other = History(here, tmp_path / "other")
    other.import_(tmp_path / "all.zip")
    assert other.goto(turn.id) != turn and other.goto(turn.id).id == turn.id
    assert main.usage == turn.usage + second.usage
    assert main.cost.amount == turn.cost.amount + second.cost.amount


def test_places_count_from_1_and_names_name_something(history: History, main: Branch) -> None:
    """On a branch as in a history; a score is from 0 to 1."""
    turns = [main.ask(text) for text in ("My name is Ada.", "Hello.")]
    for place, turn in ((1, turns[0]), (2, turns[1]), (-1, turns[1]), (turns[0].id[-6:], turns[0])):
        assert main[place] == history[place] == turn
    with pytest.raises(UnknownUserRun, match="place 0"):
        main[0]
    wrong: tuple[Callable[[], None], ...] = (
        lambda: turns[0].score(7),
        lambda: turns[0].tag("good", " "),
        lambda: turns[0].group(""),
    )
    for verb in wrong:
        with pytest.raises(HistoryError):
            verb()
    assert turns[0].tags == turns[0].groups == () and turns[0].annotations.score is None
