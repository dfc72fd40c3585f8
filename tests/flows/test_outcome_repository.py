"""The outcome repository: written by a library, read by the real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from threadlab.errors import OutcomeError
from threadlab.flows.outcome_repository import OutcomeRepository


def test_each_run_leaves_a_branch_and_two_runs_can_be_compared(tmp_path: Path) -> None:
    """D19: also by git itself, and a rerun's commit stands on that of its base."""
    outcomes = OutcomeRepository(tmp_path / "runs" / "outcome" / "project")
    assert outcomes.runs() == ()
    first = outcomes.leave(
        "run-1", {"a/report.md": b"dear\n", "same": b"x"}, message="the first", at=1_700_000_000.5
    )
    outcomes.leave(
        "run-2", {"a/report.md": b"cheap\n", "same": b"x"}, message="again", at=1_700_000_060, base="run-1"
    )
    assert outcomes.runs() == ("run-1", "run-2")
    assert outcomes.files("run-1") == {"a/report.md": b"dear\n", "same": b"x"}
    difference = outcomes.diff("run-1", "run-2")
    assert "-dear" in difference and "+cheap" in difference and "same" not in difference
    for command, expected in {
        ("log", "--format=%H %s", "run-2"): f"{first} the first",
        ("diff", "run-1", "run-2"): "+cheap",
        ("fsck", "--strict"): "",
    }.items():
        said = subprocess.run(
            ["git", *command], cwd=outcomes.folder, check=True, capture_output=True, text=True
        )
        assert expected in said.stdout


def test_a_run_that_leaves_again_adds_only_what_differs(tmp_path: Path) -> None:
    """As one does that was resumed."""
    outcomes = OutcomeRepository(tmp_path / "project")
    first = outcomes.leave("run-1", {"a": b"1"}, message="one", at=0)
    assert outcomes.leave("run-1", {"a": b"1"}, message="again", at=1) == first
    assert outcomes.leave("run-1", {"a": b"2"}, message="more", at=2) != first
    assert outcomes.files("run-1") == {"a": b"2"}


def test_a_wrong_run_or_path_is_refused(tmp_path: Path) -> None:
    """An unknown run, and a path that leads out."""
    outcomes = OutcomeRepository(tmp_path / "project")
    outcomes.leave("run-1", {}, message="nothing", at=0)
    with pytest.raises(OutcomeError, match="did you mean run-1"):
        outcomes.diff("run-1", "run-11")
    for path in ("../out", "/out", "a/.git/config", "a//b", ""):
        with pytest.raises(OutcomeError, match="no path"):
            outcomes.leave("run-2", {path: b""}, message="out", at=2)
    assert outcomes.files("run-1") == {}
