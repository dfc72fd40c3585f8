"""Isolated execution: real processes, real environments, real folders."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from threadlab.errors import FlowError, IsolationFailed
from threadlab.flows.child_run import ChildTraceback
from threadlab.flows.isolated_execution import IsolatedExecution


class Unlucky(Exception):
    """An error that cannot be rebuilt from its text alone."""

    def __init__(self, one: int, *, two: int) -> None:
        super().__init__(f"{one} and {two}")


def place() -> tuple[str | None, str | None, str]:
    """What this process sees: the mark, a key of the parent's, and the working folder."""
    return os.environ.get("MARK"), os.environ.get("PARENTS_SECRET"), os.getcwd()


def meet(folder: Path, me: str, other: str) -> str | None:
    """Say that I am here, wait for the other one, and only then look at the environment."""
    (folder / me).touch()
    until = time.monotonic() + 20
    while not (folder / other).exists() and time.monotonic() < until:
        time.sleep(0.01)
    return os.environ.get("MARK") if (folder / other).exists() else "alone"


async def test_two_executions_that_overlap_see_each_its_own_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D20, D21: the second begins before the first has ended, and the parent is as it was."""
    monkeypatch.setenv("PARENTS_SECRET", "hidden")
    before, here = dict(os.environ), os.getcwd()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        IsolatedExecution(env={"MARK": "A"}, cwd=tmp_path / "a") as first,
        IsolatedExecution(env={}, cwd=tmp_path / "b") as second,
    ):
        seen = await asyncio.gather(
            first.run(lambda: (meet(tmp_path, "first", "second"), *place())),
            second.run(lambda: (meet(tmp_path, "second", "first"), *place())),
        )
    assert seen[0] == ("A", "A", None, str(tmp_path / "a"))
    assert seen[1] == (None, None, None, str(tmp_path / "b"))
    assert (dict(os.environ), os.getcwd()) == (before, here)


def test_what_the_child_changes_and_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """Changes die with it; prints come back; the synchronous form does the same."""

    def work() -> str:
        os.environ["MARK"] = "changed"
        os.chdir("/")
        print("said in the child")
        return os.environ["MARK"]

    here = os.getcwd()
    with IsolatedExecution(env={"MARK": "given"}) as execution:
        assert execution.run_sync(work) == "changed"
        assert execution.run_sync(place)[0] == "given"
    assert (os.environ.get("MARK"), os.getcwd()) == (None, here)
    assert "said in the child" in capsys.readouterr().out


def test_the_childs_own_exception_is_raised_with_its_traceback() -> None:
    """Of its own type, so that it can be caught by it; a type of the notebook's too."""

    class OfTheNotebook(Exception):
        pass

    def fails() -> None:
        raise OfTheNotebook("the lamp is out")

    with IsolatedExecution() as execution, pytest.raises(OfTheNotebook, match="the lamp is out") as caught:
        execution.run_sync(fails)
    assert isinstance(caught.value.__cause__, ChildTraceback)
    assert "in fails" in str(caught.value.__cause__)


def test_an_exception_that_cannot_be_rebuilt_is_told_by_name() -> None:
    """With its text and traceback."""

    def fails() -> None:
        raise Unlucky(1, two=2)

    with IsolatedExecution() as execution, pytest.raises(IsolationFailed, match="Unlucky: 1 and 2") as caught:
        execution.run_sync(fails)
    assert "in fails" in str(caught.value.__cause__)


def test_work_that_takes_too_long_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    """The time limit is a real end."""

    def work() -> None:
        os.system(f"sleep 0.6; touch {tmp_path / 'harm'}")

    with IsolatedExecution(time_limit=0.3) as execution, pytest.raises(IsolationFailed, match=r"0\.3 s"):
        execution.run_sync(work)
    time.sleep(0.6)
    assert not (tmp_path / "harm").exists()


def test_a_child_that_dies_or_answers_what_cannot_be_carried() -> None:
    """Each is told for what it is."""
    with IsolatedExecution() as execution:
        with pytest.raises(IsolationFailed, match="exit code 7"):
            execution.run_sync(lambda: os._exit(7))
        with pytest.raises(TypeError, match="pickle"):
            execution.run_sync(lambda: (number for number in range(3)))


async def test_a_cancelled_wait_stops_the_process(tmp_path: Path) -> None:
    """Nobody waits, nothing goes on."""

    async def work() -> None:
        (tmp_path / "began").touch()
        await asyncio.sleep(60)

    async with IsolatedExecution() as execution:
        waiting = asyncio.create_task(execution.run(work))
        while not (tmp_path / "began").exists():
            await asyncio.sleep(0.01)
        (child,) = execution._children
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert child._process is not None
        assert child._process.wait(10) != 0
        assert await execution.run(lambda: 1) == 1


def test_what_cannot_be_run_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A folder that is none, a number as a variable, no function, a block that is over."""
    with pytest.raises(FlowError, match="no folder"):
        IsolatedExecution(cwd=tmp_path / "nowhere")
    with pytest.raises(FlowError, match="RETRIES"):
        IsolatedExecution(env={"RETRIES": 3})  # type: ignore[dict-item]
    with IsolatedExecution() as execution:
        with pytest.raises(FlowError, match="no function"):
            execution.run_sync(3)  # type: ignore[call-overload]
        with (tmp_path / "held").open("w") as held, pytest.raises(IsolationFailed, match="carried"):
            execution.run_sync(lambda: held.name)
    with pytest.raises(FlowError, match="is over"):
        execution.run_sync(place)
