"""Crashes: the process of a user run is killed, another goes on. Nothing is lost or done twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.killed_user_runs import effects, lab_in, main_in, weather_in
from threadlab.connect.lab import Lab
from threadlab.errors import LeaseHeld
from threadlab.history.history import History
from threadlab.history.user_run import UserRun
from threadlab.journal.fact import AnyFact, Began, CallEnded, CallTied, Observed
from threadlab.journal.files import Disk
from threadlab.objects.event import ToolFinished, ToolStarted

POINTS = (
    *(f"write:{n}" for n in (2, 4, 6, 9, 14, 27, 33, 44)),
    *(f"before:{fact}" for fact in ("call_tied", "tool_started", "tool_finished", "call_ended", "ended")),
    *(f"request:{n}" for n in (2, 3, 4, 5, 13, 20)),
)
"""Where processes die: `tests/killed_user_runs.py` makes about 50 writes and 28 requests."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each point, with what the dead left there."""
    root = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-m", "tests.killed_user_runs", str(root), *POINTS]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    assert told.splitlines() == [f"{point} killed" for point in POINTS]
    return root


def facts(run: UserRun) -> list[AnyFact]:
    """What its log says."""
    return [entry.fact for entry in run.record.entries]


def runs_at_the_service(lab: Lab) -> Counter[str]:
    """How many runs were made for each path."""
    runs = (run for thread in lab.threads.list() for run in lab.runs.list(thread.id))
    return Counter(run.metadata["threadlab.path"] for run in runs)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_user_run_is_resumed_and_nothing_is_done_twice(killed: Path, point: str) -> None:
    """Finished calls stay, a run whose id the log lacks is found, no tool has a second effect."""
    folder = killed / point.replace(":", "-")
    with lab_in(folder) as lab:
        (run,) = History(lab, folder / "runs")
        assert run.is_stalled and run.record.received.input.startswith("My name is Ada.")
        before = facts(run)
        done = [fact for fact in before if isinstance(fact, CallEnded)]
        main_in(folder, lab)
        history = History(lab, folder / "runs")
        history.branch("main", tools=[weather_in(folder)])
        resumed = history[run.id].resume()
        assert resumed.status == "completed" and len(history) == 1
        after = facts(resumed)
        assert after[: len(before)] == before
        taken_up = [fact.process for fact in after if isinstance(fact, Began)]
        assert len(taken_up) == 1 + any(isinstance(fact, Began) for fact in before)
        assert taken_up[-1] == os.getpid()
        assert [fact for fact in after if isinstance(fact, CallEnded)][: len(done)] == done
        assert sorted(effects(folder)) == ["Oslo", "Rome"]
        assert runs_at_the_service(lab) == {"1": 1, "2": 1, "3": 1}
        assert len([fact for fact in after if isinstance(fact, CallTied)]) == 3
        results = [use.ok for use in resumed.tools]
        assert len(results) == 2 and results.count(False) == len(_started(before) - _finished(before))
        assert history.branch("main").ask("What is my name?").output == "Your name is Ada."


def test_a_repeatable_tool_is_run_again(tmp_path: Path) -> None:
    """It said that twice does no harm."""
    point = tmp_path / "before-tool_finished"
    command = [sys.executable, "-m", "tests.killed_user_runs", str(tmp_path), "before:tool_finished"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    with lab_in(point) as lab:
        history = History(lab, point / "runs")
        history.branch("main", tools=[weather_in(point, repeatable=True)])
        (run,) = history
        assert [use.ok for use in run.resume().tools] == [True, True]
        assert effects(point) == ["Oslo", "Oslo", "Rome"]


def test_somebody_elses_user_run_cannot_be_resumed(here: Lab, tmp_path: Path) -> None:
    """Its writer holds the lock; the error says who."""
    history = History(here, tmp_path)
    execution = history.branch("main", instructions="Be brief.").start("Hello.")
    with pytest.raises(LeaseHeld, match="this process"):
        history[execution.id].resume()
    execution.close()
    assert history[execution.id].resume().status == "completed", "it was never begun, and is begun now"


def test_a_full_disk_stops_the_work_and_leaves_it_to_be_resumed(here: Lab, tmp_path: Path) -> None:
    """What could not be written did not happen: nothing is acknowledged, and the rest goes on later."""
    history = History(here, tmp_path)
    history.branch("main", instructions="Be brief.")
    with pytest.raises(OSError, match="no space left"):
        History(here, tmp_path, files=_FullAt(12)).branch("main").ask("My name is Ada.")
    (run,) = history
    assert run.is_stalled and run.resume().output == "Nice to meet you, Ada."


class _FullAt(Disk):
    def __init__(self, lines: int) -> None:
        super().__init__()
        self._left = lines

    def append(self, descriptor: int, line: bytes) -> None:
        self._left -= 1
        if self._left <= 0:
            raise OSError(28, "no space left")
        super().append(descriptor, line)


def _started(facts: list[AnyFact]) -> set[str]:
    events = [fact.event for fact in facts if isinstance(fact, Observed)]
    return {event.call.id for event in events if isinstance(event, ToolStarted)}


def _finished(facts: list[AnyFact]) -> set[str]:
    events = [fact.event for fact in facts if isinstance(fact, Observed)]
    return {event.call.id for event in events if isinstance(event, ToolFinished)}
