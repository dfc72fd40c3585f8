"""The benchmark programs run: one repetition, and what is not installed is skipped by its name."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.contestants.roster import ROSTER
from benchmarks.figures import Goal, p95, ratio_by_round
from benchmarks.legs import Leg, legs
from threadlab.objects.wire_entry import WireEntry

PROJECT = Path(__file__).parents[1]


def _printed(program: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.{program}", "--repeat", "1", "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def _is_here(packages: tuple[str, ...]) -> bool:
    try:
        return all(version(package) for package in packages)
    except PackageNotFoundError:
        return False


def test_the_tool_run_race_measures_who_is_here_and_names_who_is_not() -> None:
    """Every contestant either has figures or stands under `skipped` with what it needs."""
    printed = _printed("tool_run")
    here = {name for name, entry in ROSTER.items() if _is_here(entry.needs)}
    assert printed["contestants"].keys() == here
    assert printed["skipped"].keys() == ROSTER.keys() - here
    assert all(ROSTER[name].needs[0] in reason for name, reason in printed["skipped"].items())
    assert printed["contestants"]["floor"]["of_floor"] == 1
    assert printed["contestants"]["threadlab"]["layers_ms"].keys() == {"backend", "door", "wire log", "SDK"}


def test_waiting_with_threadlab_ends_sooner_than_polling_once_a_second() -> None:
    """On legs of 0.2 s, in virtual time, whoever looks once a second is late by most of one."""
    printed = _printed("waiting")
    extra = {row["waiter"]: row["extra_p95"] for row in printed["scripted"]["0.2"]}
    assert extra["threadlab wait"] < 0.2 < 0.8 < extra["fixed 1 s polling"]
    assert {row["waiter"] for row in printed["local"]} > {"threadlab follow", "SDK create_and_process"}


def test_legs_are_cut_out_of_the_wire_log_at_the_requests_that_start_them() -> None:
    """Create, two polls, submit, one poll, one list: two legs, waited for from answer to answer."""
    entries = [
        _entry("POST", 0.0, {"status": "queued"}),
        _entry("GET", 1.0, {"status": "in_progress"}),
        _entry("GET", 2.0, {"status": "requires_action"}),
        _entry("POST", 3.0, {"status": "queued"}),
        _entry("GET", 3.5, {"status": "completed"}),
        _entry("GET", 4.0, {"data": []}),
    ]
    assert list(legs(entries)) == [Leg(2.0, 2, 2), Leg(0.5, 1, 2)]


def test_a_ratio_compares_only_values_of_the_same_round() -> None:
    """A round in which everything took ten times as long does not change it."""
    assert ratio_by_round([[2.0], [20.0], [2.0]], [[1.0], [10.0], [1.0]]) == 2.0


def test_the_percentile_of_one_value_is_that_value() -> None:
    """With one repetition there is nothing to interpolate."""
    assert p95([3.0]) == 3.0
    assert p95([0.0, 1.0]) == 0.95


def test_a_goal_that_could_not_be_measured_is_neither_met_nor_missed() -> None:
    """Memory is not told everywhere."""
    assert Goal("memory", 48, None, "MiB").is_met is None
    assert Goal("memory", 48, 48.0, "MiB").is_met is True
    assert Goal("memory", 48, 49.0, "MiB").is_met is False


def _entry(method: str, at: float, response: dict[str, Any]) -> WireEntry:
    return WireEntry(
        number=1, method=method, path="/", request=None, status=200, response=response, at=at, seconds=0.0
    )
