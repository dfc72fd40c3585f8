"""The tree of user runs: where each stands, and what two of them have not in common."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.widgets.told_user_runs import family, kept, told
from threadlab.connect.connect import connect
from threadlab.history.history import History
from threadlab.widgets.drawing.tree_lanes import gutters, placed
from threadlab.widgets.user_runs.history_picker import HistoryPicker
from threadlab.widgets.user_runs.history_tree import history_tree, render_html, render_text


def drawn(parents: dict[str, str | None], ends: list[str]) -> list[str]:
    """The tree as characters, each node by its name."""
    places = placed(parents, ends)
    rows = gutters(places, {node: node for node in parents})
    return [line.rstrip() for leads, own in rows for line in (*leads, own)]


def test_a_conversation_without_forks_is_a_straight_line() -> None:
    """However long."""
    assert drawn({"a": None, "b": "a", "c": "b"}, ["c"]) == ["a", "│", "b", "│", "c"]


def test_the_branch_named_first_is_drawn_straight_and_a_fork_leaves_it() -> None:
    """Whichever came first in time."""
    parents = {"a": None, "b": "a", "c": "a", "d": "b"}
    assert drawn(parents, ["d", "c"]) == ["a", "├─╮", "b │", "│ │", "│ c", "│", "d"]
    assert drawn(parents, ["c", "d"]) == ["a", "├─╮", "│ b", "│ │", "c │", "  │", "  d"]


def test_a_fork_at_the_end_of_a_line_goes_on_beside_it() -> None:
    """The head of the first branch stays where it is."""
    assert drawn({"a": None, "b": "a", "c": "b"}, ["b", "c"]) == ["a", "│", "b", "╰─╮", "  c"]


def test_nothing_seems_to_come_of_what_it_does_not_come_of() -> None:
    """A late fork runs down a column of its own, past the nodes that are not its parent."""
    parents = {"a": None, "b": "a", "c": "a", "d": "c", "e": "d", "f": "d", "g": "a"}
    assert drawn(parents, ["e"]) == [
        "a", "├───╮", "├─╮ │", "│ b │", "│   │", "c   │", "│   │", "d   │", "├─╮ │", "e │ │", "  │ │",
        "  f │", "    │", "    g",
    ]  # fmt: skip
    assert drawn({"a": None, "b": None}, []) == ["a", "", "  b"], "a root begins a block of its own"
    assert drawn({"a": None, "b": None, "c": "a"}, ["c"]) == ["a", "│", "│ b", "│", "c"]


def test_edits_of_one_user_run_take_two_columns_however_many_they_are() -> None:
    """As long as the newest of them is the branch's head, no node stands between them and their parent."""
    parents = {"a": None, "b": "a", "c": "a", "d": "a", "e": "a"}
    assert drawn(parents, ["e"]) == ["a", "├─╮", "│ b", "├───╮", "│   c", "├─╮", "│ d", "│", "e"]


def test_no_line_runs_through_a_node_that_it_does_not_lead_to() -> None:
    """In random trees with random branches."""
    for seed in range(200):
        chance = Random(seed)
        names = [str(number) for number in range(chance.randint(1, 14))]
        parents = {name: chance.choice([None, *names[:number]]) for number, name in enumerate(names)}
        places = placed(parents, chance.sample(names, min(2, len(names)))).values()
        there = {(place.row, place.column) for place in places}
        assert len(there) == len(names)
        for place in places:
            row, column = place.above or (place.bend - 1, place.column)
            between = {(passed, column) for passed in range(row + 1, place.bend)}
            between |= {(passed, place.column) for passed in range(place.bend - 1, place.row)}
            assert there & between <= {place.above}, (seed, place)


def parent_along_the_lines(lines: list[str], row: int, column: int) -> str | None:
    """The node that the lines lead to from this place upwards, as an eye follows them."""
    page = [line.ljust(max(map(len, lines))) for line in lines]
    while row:
        row -= 1
        if page[row][column] in "╮╭":
            step = -1 if page[row][column] == "╮" else 1
            column += step
            while page[row][column] in "─┼":
                column += step
            assert page[row][column] in ("├╰" if step < 0 else "┤╯")
        elif page[row][column].isalnum():
            return page[row][column]
        elif page[row][column] == " ":
            return None
        else:
            assert page[row][column] in "│├┤┼"
    return None


def test_the_lines_alone_tell_whose_child_each_node_is() -> None:
    """Read back from the characters, in random trees with random branches."""
    for seed in range(200):
        chance = Random(seed)
        names = "abcdefghijklmn"[: chance.randint(1, 14)]
        parents = {name: chance.choice([None, *names[:number]]) for number, name in enumerate(names)}
        lines = drawn(parents, chance.sample(names, min(2, len(names))))
        places = {
            name: (row, line.index(name)) for row, line in enumerate(lines) for name in names if name in line
        }
        assert {name: parent_along_the_lines(lines, *places[name]) for name in names} == parents, seed


def test_a_line_that_crosses_another_says_so() -> None:
    """A cross, and not a corner."""
    parents = {"a": None, "b": "a", "c": "a", "d": "b", "e": "a"}
    assert drawn(parents, ["e", "d"]) == ["a", "├─╮", "│ b", "├─┼─╮", "│ │ c", "│ │", "│ d", "│", "e"]


def test_a_user_run_whose_parent_is_gone_is_a_root() -> None:
    """After pruning."""
    assert drawn({"b": "a", "c": "b"}, ["c"]) == ["b", "│", "c"]


def test_the_tree_says_what_is_an_edit_and_which_branch_stands_where() -> None:
    """As text."""
    records, branches = family()
    lines = render_text(history_tree(records, branches)).splitlines()
    assert lines[0] == "history: 6 user runs, 2 branches"
    assert lines[1].split("  ")[1] == "✓" and lines[1].endswith(records[0].received.input)
    assert lines[2].startswith("  ├") and f"  {records[0].id} · completed" in lines[2]
    (edited,) = [line for line in lines if records[3].id in line.split("·")[0]]
    assert edited.endswith(f"edit of {records[2].id}")
    (head,) = [place for place, line in enumerate(lines) if "[forecast]" in line]
    assert "⚙ system-triggered" in lines[head] and records[5].id in lines[head + 1]


def test_the_order_of_the_records_does_not_matter() -> None:
    """Nor does it when two were received at the same instant."""
    records, branches = family()
    assert history_tree(records[::-1], branches) == history_tree(records, branches)
    child = told("a1a1", parent=told("b2b2"))
    assert [row.id for row in history_tree([child, told("b2b2")], {}).rows] == [child.parent, child.id]


def test_the_drawing_has_a_dot_for_each_and_a_line_for_each_parent() -> None:
    """And a branch without a user run is named without a place."""
    records, branches = family()
    tree = history_tree(records, {**branches, "idea": None})
    assert len(tree.edges) == 5
    assert render_html(tree).count("<circle") == 6
    assert tree.summary == "6 user runs, 3 branches"


def test_an_empty_history_says_how_to_begin() -> None:
    """With the verb."""
    assert "branch.ask" in render_html(history_tree([], {"main": None}))
    assert render_text(history_tree([], {})) == "history: 0 user runs, 0 branches"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """The family on disk, as a history."""
    with connect(seed=3, pace=0) as lab:
        yield History(lab, kept(tmp_path / "runs").folder)


def test_two_that_are_picked_stand_side_by_side(history: History) -> None:
    """One alone is named; a third lets go of the first; what is nowhere is not picked."""
    records, _ = family()
    picker = HistoryPicker(history)
    page = picker.tree._hear
    page(None, {"pick": [records[2].id]}, None)
    assert f"{records[2].id} is picked" in picker.head.value and picker.compared.value == ""
    page(None, {"pick": [records[2].id, records[3].id]}, None)
    assert "They part at step 1: other input." in picker.compared.value
    page(None, {"pick": [one.id for one in records[:3]]}, None)
    assert picker.tree.picked == [records[1].id, records[2].id]
    page(None, {"pick": ["../secrets"]}, None)
    assert picker.tree.picked == [] and picker.compared.value == ""
    picker.pick(1, "e5e5")
    assert picker.tree.picked == [records[0].id, records[4].id] and records[4].id in picker.compared.value
    picker.close()
    assert picker.tree.comm is None


def test_the_page_is_told_who_began_each_user_run(history: History) -> None:
    """In every row of the live tree; a stored notebook has the tree itself."""
    picker = HistoryPicker(history)
    assert [row["mark"] for row in picker.tree.rows] == [""] * 5 + ["⚙ system-triggered"]
    bundle = picker._repr_mimebundle_()
    assert bundle["text/html"] == render_html(picker.view)
    assert bundle["text/plain"] == render_text(picker.view) == render_text(history_tree(*family()))


def test_a_refresh_shows_what_there_is_by_now(history: History) -> None:
    """What was picked stays picked, unless it is gone."""
    picker = HistoryPicker(history)
    picker.pick(1, 2)
    history.workspace.remove(family()[0][1].id)
    picker.refresh()
    assert len(picker.tree.rows) == 5 and picker.tree.picked == [family()[0][0].id]
