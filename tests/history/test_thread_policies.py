"""Inputs that come while a branch is busy: reject, enqueue, interrupt, rollback. Invariant 3, U45."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.busy_user_run import main_in
from tests.history.conftest import Weather
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import BranchBusy
from threadlab.history.branch import Branch
from threadlab.history.history import History
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.user_run import UserRun
from threadlab.journal.fact import Began, Ended, Queued
from threadlab.tools.tool import tool


def until(happened: Callable[[], object]) -> None:
    """Wait in real seconds, not for ever."""
    ends = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.005)


class Busy:
    """A branch on which a user run is at work: its tool waits for `go_on`."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.running, self.go_on = lab, threading.Event(), threading.Event()

        @tool
        def get_weather(city: str) -> str:
            """The weather in a city."""
            self.running.set()
            self.go_on.wait(10)
            return "sunny"

        self.history = History(lab, folder)
        self.main: Branch = self.history.branch("main", instructions="Be brief.", tools=[get_weather])
        self.root = self.main.ask("My name is Ada.")
        self.active = self.main.start("How is the weather in Oslo?")
        self.threads = [self._at_work(lambda: list(self.active.follow()))]
        self.running.wait(10)

    @property
    def first(self) -> UserRun:
        """The user run that keeps the branch busy."""
        return self.history[self.active.id]

    def later(self, text: str, policy: ThreadPolicy = "enqueue") -> UserRun:
        """Another input in a thread of its own, once it waits."""
        execution = self.main.start(text, thread_policy=policy)
        self.threads.append(self._at_work(lambda: list(execution.follow())))
        until(lambda: any(isinstance(entry.fact, Queued) for entry in execution.open_run.record.entries))
        return self.history[execution.id]

    def finish(self) -> None:
        """Let all come to their end."""
        self.go_on.set()
        for thread in self.threads:
            thread.join(20)

    def _at_work(self, work: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=work)
        thread.start()
        return thread


@pytest.fixture
def busy(here: Lab, tmp_path: Path) -> Iterator[Busy]:
    """A busy branch."""
    busy = Busy(here, tmp_path)
    yield busy
    busy.finish()


def times(run: UserRun) -> tuple[float, float]:
    """When it began and when it ended, as numbers that grow with each fact of the folder."""
    facts = [(entry.at, entry.fact) for entry in run.record.entries]
    began = next(at for at, fact in facts if isinstance(fact, Began))
    return began, next(at for at, fact in facts if isinstance(fact, Ended))


def test_reject_names_the_one_at_work_and_the_choices(busy: Busy) -> None:
    """Nothing is written."""
    with pytest.raises(
        BranchBusy, match=rf'{busy.first.id}(.|\n)*"enqueue"(.|\n)*"interrupt"(.|\n)*"rollback"'
    ):
        busy.main.ask("Hello.", thread_policy="reject")
    assert len(busy.history) == 2
    busy.finish()
    assert busy.main.ask("Hello.", thread_policy="reject").status == "completed", "now it is free"


def test_enqueue_is_first_come_first_served_and_one_at_a_time_invariant_3(busy: Busy) -> None:
    """Those who wait have their input on disk, and say for whom they wait."""
    second, third = busy.later("B"), busy.later("What is my name?")
    assert (second.status, third.status) == ("queued", "queued")
    (queued,) = [e.fact for e in second.record.entries if isinstance(e.fact, Queued)]
    assert busy.first.id in queued.reason
    busy.finish()
    assert [run.id for run in busy.main] == [busy.root.id, busy.first.id, second.id, third.id]
    assert third.output == "Your name is Ada."
    spans = [times(run) for run in (busy.first, second, third)]
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_interrupt_stops_the_one_at_work_and_goes_on_below_it(busy: Busy) -> None:
    """It passes those who wait. What was said to the stopped one is kept, and left out of the context."""
    waiting = busy.later("B")
    urgent = busy.later("What is my name?", "interrupt")
    busy.finish()
    assert busy.first.status == "cancelled" and f"interrupt by {urgent.id}" in busy.first.record.reason
    assert [run.id for run in busy.main] == [busy.root.id, busy.first.id, urgent.id, waiting.id]
    assert urgent.output == "Your name is Ada."
    assert [part.use for part in urgent.calls[0].context] == ["verbatim", "dropped"]


def test_rollback_takes_the_place_of_the_one_at_work(busy: Busy) -> None:
    """The stopped one is beside it, and can still be opened."""
    instead = busy.later("What is my name?", "rollback")
    busy.finish()
    assert busy.first.status == "cancelled" and [run.id for run in busy.main] == [busy.root.id, instead.id]
    assert {run.id for run in busy.root.children} == {busy.first.id, instead.id}


def test_one_that_waits_can_be_cancelled(busy: Busy) -> None:
    """It ends without having begun."""
    waiting = busy.later("B")
    waiting.cancel()
    until(lambda: waiting.status == "cancelled")
    assert waiting.calls == () and waiting.record.started_at is None
    busy.finish()
    assert [run.id for run in busy.main] == [busy.root.id, busy.first.id]


def test_other_branches_are_not_kept_waiting(busy: Busy) -> None:
    """A fork works at the same time."""
    fork = busy.history.branch("fork", at=busy.root)
    assert fork.ask("What is my name?").output == "Your name is Ada."
    assert busy.first.status == "in_progress"


@pytest.mark.parametrize(("policy", "runs"), [("interrupt", 2), ("rollback", 1)])
def test_a_head_that_waits_for_an_answer_is_in_the_way(here: Lab, policy: ThreadPolicy, runs: int) -> None:
    """Nobody works on it, so waiting would never end: it is answered, cancelled, or stopped by the policy."""
    main = History(here).branch("main", tools=[Weather(approve=True).tool])
    paused = main.ask("How is the weather in Oslo?")
    with pytest.raises(BranchBusy, match=rf"{paused.id} waits for an answer"):
        main.ask("Hello.")
    after = main.ask("Hello.", thread_policy=policy)
    assert (paused.status, after.status, len(main)) == ("cancelled", "completed", runs)


@pytest.mark.parametrize("policy", ["enqueue", "rollback"])
def test_the_policies_hold_between_processes(tmp_path: Path, policy: ThreadPolicy) -> None:
    """Another process is at work on the branch; ours waits, or has it stopped."""
    command = [sys.executable, "-m", "tests.busy_user_run", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "at work\n"
        with connect(target=Local(store=tmp_path / "store.sqlite", pace=0)) as lab:
            main = main_in(tmp_path, lab)
            assert main.head is not None
            first = main.head
            with pytest.raises(BranchBusy, match=first.id):
                main.ask("Hello.", thread_policy="reject")
            threading.Timer(0.3, (tmp_path / "go on").touch).start()
            after = main.ask("Hello.", thread_policy=policy)
            other.communicate(timeout=30)
            assert after.status == "completed"
            assert first.status == ("completed" if policy == "enqueue" else "cancelled")
            assert len(main) == (1 if policy == "rollback" else 2)
            assert times(first)[1] <= times(after)[0]


def test_a_dead_process_blocks_nobody(tmp_path: Path) -> None:
    """Its lock died with it: the next input is worked on at once, and the left one can be resumed."""
    command = [sys.executable, "-m", "tests.busy_user_run", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "at work\n"
        other.kill()
    with connect(target=Local(store=tmp_path / "store.sqlite", pace=0)) as lab:
        main = main_in(tmp_path, lab)
        assert main.head is not None and main.head.is_stalled
        left = main.head
        assert main.ask("Hello.").status == "completed"
        assert left.resume().status == "completed" and left.tools[0].ok is False
        assert main.head.id != left.id, "a later input is the head, and stays it"
