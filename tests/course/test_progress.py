"""Progress."""

from __future__ import annotations

from pathlib import Path

from threadlab.course.progress import PROGRESS, mark_solved, solved


def test_what_is_solved_is_remembered_once_and_in_order(tmp_path: Path) -> None:
    """Line by line, in a file that people can read."""
    assert solved(tmp_path) == ()
    for name in ("02_b", "01_a", "02_b"):
        mark_solved(tmp_path, name)
    assert solved(tmp_path) == ("02_b", "01_a")
    assert (tmp_path / PROGRESS).read_text() == "02_b\n01_a\n"


def test_a_hand_edited_file_is_read_as_it_is(tmp_path: Path) -> None:
    """Empty lines and repetitions do no harm."""
    (tmp_path / PROGRESS).parent.mkdir()
    (tmp_path / PROGRESS).write_text("\n 01_a \n\n01_a\n")
    assert solved(tmp_path) == ("01_a",)
