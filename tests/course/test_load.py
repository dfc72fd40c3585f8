"""Loading answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.course.load import load
from threadlab.errors import CourseError


def test_an_edit_of_equal_size_within_a_second_is_seen(tmp_path: Path) -> None:
    """A byte-code cache would miss it."""
    path = tmp_path / "01_x.py"
    for value in range(5):
        path.write_text(f"VALUE = {value}\n")
        loaded = load(path).VALUE
        assert loaded == value
    assert not (tmp_path / "__pycache__").exists()


def test_the_script_part_does_not_run_and_dataclasses_work(tmp_path: Path) -> None:
    """It is a module, not a script."""
    path = tmp_path / "01_x.py"
    path.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass A:\n    x: int\nif __name__ == '__main__':\n    raise SystemExit\n"
    )
    assert load(path).A(3).x == 3


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With its folder."""
    with pytest.raises(CourseError, match="01_gone"):
        load(tmp_path / "01_gone.py")
