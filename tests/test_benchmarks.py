"""The benchmark programs run: one repetition, and what is not installed is skipped by its name."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from benchmarks import flows, journal, searching
from benchmarks.__main__ import BEGIN, END, README, written
from benchmarks.contestants.roster import ROSTER
from benchmarks.figures import Goal, p95, ratio_by_round
from benchmarks.growth import exponent, measure
from benchmarks.legs import Leg, legs
from benchmarks.load import load
from benchmarks.report import Report, Section, markdown
from threadlab.cli import bench
from threadlab.errors import ThreadlabError
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


def test_learners_count_every_event_of_every_stream_on_both_servers() -> None:
    """Floor and threadlab send the same events, and nothing is wrong with any of them."""
    floor, ours = load("floor", 2, 1), load("threadlab", 2, 1)
    assert floor.runs == ours.runs == 2
    assert floor.events == ours.events > 30
    assert floor.wrong == ours.wrong == {}


def test_searching_is_measured_by_words_and_by_meaning() -> None:
    """At each size, both ways find something to do."""
    found = searching.report((100,), 2).content["searched"]
    assert [(one["way"], one["chunks"]) for one in found] == [("words", 100), ("words and meaning", 100)]
    assert all(one["median_ms"] > 0 for one in found)


def test_the_journal_is_measured_by_what_it_writes_lists_and_finds() -> None:
    """The same questions at each size."""
    content = journal.report((10, 20), 2).content
    asked = {one["what"] for one in content["asked"]}
    assert len(content["asked"]) == 2 * len(asked) and content["indexing_s"].keys() == {"10", "20"}
    assert all(one["median_ms"] > 0 for one in content["asked"])


def test_flows_are_measured_as_their_nodes_become_more() -> None:
    """Begin, run, rerun, read, trace and list, at each size."""
    found = flows.measure((10, 40), 1)
    assert set(found) == set(flows.WHAT)
    assert all(by_size.keys() == {10, 40} for by_size in found.values())


def test_growth_is_measured_on_threads_that_were_written_as_the_backend_writes() -> None:
    """Every operation works on them, the turn with its tool call too."""
    found = measure((10, 30), times=1)
    assert all(by_length.keys() == {10, 30} for by_length in found.values())
    assert exponent({100: 1.0, 10_000: 100.0}) == pytest.approx(1.0)


def test_the_readme_keeps_what_was_written_by_hand() -> None:
    """Only what stands between the marks is made anew; without marks nothing is."""
    text = README.read_text("utf-8")
    again = written(written(text, "### Once"), "### Twice")
    assert "### Twice" in again and "### Once" not in again
    assert again.partition(BEGIN)[0] == text.partition(BEGIN)[0]
    assert again.partition(END)[2] == text.partition(END)[2]
    with pytest.raises(ValueError, match="marks"):
        written("by hand alone", "### Once")


def test_a_report_tells_each_goal_with_its_bound_and_whether_it_is_met() -> None:
    """At most, or at least; as Markdown for the README."""
    goals = [Goal("waiting", 5, 6, "ms"), Goal("of the floor's", 0.5, 0.75, "x", at_least=True)]
    lines = markdown([Report(sections=[Section("Runs", ("name", "ms"), [("one", "2")])], goals=goals)])
    assert "| one | 2 |" in lines
    assert "| waiting | 5 ms | 6 ms | missed |" in lines
    assert "| of the floor's | at least 0.5 x | 0.75 x | met |" in lines


def test_bench_says_where_it_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed from a wheel has no benchmarks beside it."""
    monkeypatch.setattr(bench, "__file__", str(tmp_path / "a/b/c/bench.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ThreadlabError, match="no folder benchmarks") as caught:
        bench.checkout()
    assert "clone it, and run `threadlab bench`" in caught.value.hint


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
