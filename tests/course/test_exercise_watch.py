"""What keys and saved files mean to the watcher."""

from __future__ import annotations

import pytest

from threadlab.course.exercise_watch import KEYS, Move, Saved, move_for


def looks(*texts: str | None) -> list[str | None]:
    """What is found saved at each look, when exercise 01_a reads so; None: there is no file."""
    saved, found = Saved({"01_a": "old"}, {}), []
    for text in texts:
        saved, name = saved.look({} if text is None else {"01_a": text})
        found.append(name)
    return found


def test_a_save_is_noticed_once() -> None:
    """At the second look that finds the file so."""
    assert looks("old", "new", "new", "new") == [None, None, "01_a", None]


def test_half_a_file_is_not_a_save() -> None:
    """An editor is still writing: empty, half, whole."""
    assert looks("", "n", "new", "new") == [None, None, None, "01_a"]
    assert looks("", "", "") == [None, None, None]


def test_a_file_that_is_replaced_is_a_save_when_the_new_one_is_there() -> None:
    """Some editors write another file and rename it; for an instant there is none."""
    assert looks("old", None, "new", "new") == [None, None, None, "01_a"]


def test_saving_the_same_text_again_is_no_save() -> None:
    """There is nothing new to judge; `c` checks all the same."""
    assert looks("old", None, "old", "old") == [None] * 4


def test_a_save_that_is_taken_back_is_a_save_again() -> None:
    """Every version is judged."""
    assert looks("new", "new", "old", "old") == [None, "01_a", None, "01_a"]


@pytest.mark.parametrize("key", KEYS)
def test_each_key_has_a_move_in_either_case(key: str) -> None:
    """Caps Lock does not matter."""
    assert move_for(key, solved=True, asked=False) is KEYS[key][1]
    assert move_for(key.upper(), solved=True, asked=False) is KEYS[key][1]


def test_the_solution_is_kept_back_until_the_exercise_is_solved() -> None:
    """It would spoil it."""
    assert move_for("s", solved=False, asked=False) is Move.KEEP_SOLUTION_BACK


def test_only_y_confirms_a_reset() -> None:
    """Any other key, a known one too, means no."""
    assert move_for("y", solved=False, asked=True) is Move.RESET
    assert {move_for(key, solved=False, asked=True) for key in "rnq \n"} == {Move.DO_NOT_RESET}


def test_another_key_shows_the_keys() -> None:
    """So that nobody has to remember them."""
    assert move_for("x", solved=False, asked=False) is Move.SHOW_KEYS
    assert move_for("y", solved=False, asked=False) is Move.SHOW_KEYS
