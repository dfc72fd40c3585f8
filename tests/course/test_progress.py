"""Progress."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from threadlab.course.progress import (
    PROGRESS,
    Entry,
    Progress,
    change_progress,
    parse_progress,
    read_progress,
)

NAMES = st.sampled_from(["01_a", "02_b", "03_c_d"])
ENTRIES = st.builds(Entry, NAMES, solved=st.booleans(), failing=st.booleans(), hints=st.integers(0, 3)).map(
    lambda entry: Entry(entry.name, entry.solved, entry.failing and not entry.solved, entry.hints)
)


def test_what_is_solved_is_remembered_once_and_in_order(tmp_path: Path) -> None:
    """Line by line, in a file that people can read."""
    assert read_progress(tmp_path) == Progress()
    for name in ("02_b", "01_a", "02_b"):
        change_progress(tmp_path, partial(Progress.judged, name=name, passed=True, failing=False))
    assert read_progress(tmp_path).solved == ("02_b", "01_a")
    assert (tmp_path / PROGRESS).read_text() == "02_b solved\n01_a solved\n"
    assert [path.name for path in (tmp_path / PROGRESS).parent.iterdir()] == [PROGRESS.name]


def test_a_hand_edited_file_is_read_as_it_is() -> None:
    """A name alone means solved; empty lines and repetitions do no harm; what says nothing known is kept."""
    progress = parse_progress("\n 01_a \n\n01_a\nmy own note\n02_b hints 2\n03_c solved,  hints 1\n")
    assert progress.solved == ("01_a", "03_c")
    assert progress.of("02_b") == Entry("02_b", hints=2)
    assert "my own note" in progress.lines


def test_hints_are_remembered_and_never_taken_back() -> None:
    """An earlier tier shown again changes nothing; a reset forgets."""
    progress = Progress().hinted("01_a", 2).hinted("01_a", 1)
    assert progress.of("01_a").hints == 2
    assert progress.without("01_a") == Progress()


def test_solved_stays_solved_and_failing_is_the_last_check() -> None:
    """A starter that was only looked at is neither."""
    failing = Progress().judged("01_a", passed=False, failing=True)
    assert failing.of("01_a").failing
    assert not failing.judged("01_a", passed=False, failing=False).of("01_a").failing
    solved = failing.judged("01_a", passed=True, failing=False).judged("01_a", passed=False, failing=True)
    assert solved.of("01_a") == Entry("01_a", solved=True)


@given(st.lists(ENTRIES, max_size=6))
def test_the_file_reads_back_as_it_was_written(entries: list[Entry]) -> None:
    """Whatever is remembered."""
    progress = Progress()
    for entry in entries:
        progress = progress.with_entry(entry)
    assert parse_progress("\n".join(map(str, progress.lines))) == progress
