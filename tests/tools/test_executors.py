"""Executors: one contract over all of them, and what each alone promises."""

from __future__ import annotations

import contextvars
import json
import os
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from threadlab.errors import ToolDefinitionError
from threadlab.tools.executors.inline import Inline
from threadlab.tools.executors.port import Executor
from threadlab.tools.executors.refuse import Refuse
from threadlab.tools.executors.subprocess import Subprocess
from threadlab.tools.executors.worker_thread import WorkerThread
from threadlab.tools.outcome import Outcome
from threadlab.tools.tool import tool

WORKING: list[Executor] = [Inline(), WorkerThread(), Subprocess()]
ALL: list[Executor] = [*WORKING, Refuse()]

released = threading.Event()
mark: contextvars.ContextVar[str] = contextvars.ContextVar("mark", default="none")


@tool
def double(number: int) -> dict[str, int]:
    """Twice the number."""
    return {"double": 2 * number}


@tool
def fail() -> str:
    """Fail."""
    raise LookupError("nothing here")


@tool
async def fetch() -> str:
    """Awaited."""
    return "awaited"


@tool(time_limit=0.1)
def hang() -> str:
    """Wait for a release that comes too late."""
    released.wait(20)
    return "too late"


@tool(time_limit=60)
def hang_after_marking(path: str) -> str:
    """Say that it began, then hang, then do harm."""
    Path(path, "began").touch()
    time.sleep(60)
    Path(path, "harm").touch()
    return "too late"


@tool
def crash() -> str:
    """End the process without a word."""
    os._exit(7)


@tool
def take_memory(megabytes: int) -> str:
    """Take memory."""
    return f"{len(bytearray(megabytes * 1024 * 1024))} bytes"


@tool
def environment(name: str) -> str | None:
    """Read an environment variable; print a little as well."""
    print("chatter that is not the reply")
    return os.environ.get(name)


@tool
def context() -> str:
    """The caller's context variable."""
    return mark.get()


def _outcome_of(promise: Future[Outcome]) -> Outcome:
    return promise.result(timeout=30)


def _name_of(executor: Executor) -> str:
    return type(executor).__name__


def _error_type(outcome: Outcome) -> str:
    return str(json.loads(outcome.output)["error"]["type"])


@pytest.mark.parametrize("executor", WORKING, ids=_name_of)
@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ('{"number": 21}', '{"double":42}'),
        ('{"number": "x"}', "ArgumentsRejected"),
        ("", "ArgumentsRejected"),
    ],
)
def test_every_executor_gives_the_same_outcome(executor: Executor, arguments: str, output: str) -> None:
    """The output as text, or the failure as one."""
    executor.check(double)
    outcome = _outcome_of(executor.submit(double, arguments))
    assert outcome.ok == (output == outcome.output)
    assert output in outcome.output


@pytest.mark.parametrize("executor", ALL, ids=_name_of)
def test_every_executor_turns_a_failure_into_an_outcome(executor: Executor) -> None:
    """The future never holds an exception."""
    executor.check(fail)
    outcome = _outcome_of(executor.submit(fail, "{}"))
    assert not outcome.ok
    assert _error_type(outcome) == ("Refused" if isinstance(executor, Refuse) else "LookupError")


@pytest.mark.parametrize("executor", ALL, ids=_name_of)
def test_every_executor_says_truly_whether_it_works_in_the_background(executor: Executor) -> None:
    """One in the foreground is done when it comes back."""
    promise = executor.submit(double, '{"number": 1}')
    assert executor.in_background or promise.done()
    _outcome_of(promise)


@pytest.mark.parametrize("executor", [WorkerThread(), Subprocess()], ids=_name_of)
def test_background_executors_run_async_tools(executor: Executor) -> None:
    """Each call with an event loop of its own."""
    executor.check(fetch)
    assert _outcome_of(executor.submit(fetch, "")).output == "awaited"


@pytest.mark.parametrize("executor", [WorkerThread(), Subprocess()], ids=_name_of)
def test_background_executors_keep_the_time_limit(executor: Executor) -> None:
    """The model is told, and what comes later is dropped."""
    promise = executor.submit(hang, "")
    outcome = _outcome_of(promise)
    released.set()
    assert _error_type(outcome) == "TimeLimitPassed"
    assert "within 0.1 s" in outcome.output
    assert promise.result() is outcome


async def test_inline_refuses_async_tools() -> None:
    """Its thread has a running event loop already."""
    with pytest.raises(ToolDefinitionError, match="async"):
        Inline().check(fetch)


def test_worker_threads_really_run_at_the_same_time() -> None:
    """Two tools that wait for each other both get through."""
    meeting = threading.Barrier(2, timeout=10)

    @tool
    def meet() -> int:
        return meeting.wait()

    promises = [WorkerThread().submit(meet, "") for _ in range(2)]
    assert {_outcome_of(promise).output for promise in promises} == {"0", "1"}


def test_a_worker_thread_sees_the_callers_context() -> None:
    """A copy of it, as it was at the call."""
    token = mark.set("mine")
    promise = WorkerThread().submit(context, "")
    mark.reset(token)
    assert _outcome_of(promise).output == "mine"


def test_an_interrupt_raised_in_a_worker_thread_is_an_outcome() -> None:
    """There is nobody else in that thread to take it."""

    @tool
    def stop() -> str:
        raise KeyboardInterrupt

    assert _error_type(_outcome_of(WorkerThread().submit(stop, ""))) == "KeyboardInterrupt"


def test_a_subprocess_that_dies_is_an_outcome() -> None:
    """With its exit code."""
    outcome = _outcome_of(Subprocess().submit(crash, ""))
    assert _error_type(outcome) == "ProcessEnded"
    assert "exit code 7" in outcome.output


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces RLIMIT_AS for sure")
def test_a_subprocess_keeps_the_memory_limit() -> None:
    """Too much is a failure, enough is not."""
    assert _outcome_of(Subprocess().submit(take_memory, '{"megabytes": 10}')).ok
    assert _error_type(_outcome_of(Subprocess().submit(take_memory, '{"megabytes": 2000}'))) == "MemoryError"


def test_a_subprocess_sees_only_the_environment_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of the notebook's; and what the tool prints is not taken for its output."""
    monkeypatch.setenv("SERVICE_KEY", "a-long-secret")
    executor = Subprocess(environment={"COLOUR": "blue"})
    assert _outcome_of(executor.submit(environment, '{"name": "SERVICE_KEY"}')).output == "null"
    assert _outcome_of(executor.submit(environment, '{"name": "COLOUR"}')).output == "blue"


def test_cancelling_kills_the_subprocess(tmp_path: Path) -> None:
    """It had begun, and it does no harm any more."""
    promise = Subprocess().submit(hang_after_marking, json.dumps({"path": str(tmp_path)}))
    while not (tmp_path / "began").exists() and not promise.done():
        time.sleep(0.01)
    watcher = next(thread for thread in threading.enumerate() if thread.name == "tool hang_after_marking")
    assert promise.cancel()
    watcher.join(timeout=10)
    assert not watcher.is_alive()
    assert not (tmp_path / "harm").exists()


def test_a_subprocess_refuses_what_it_cannot_import() -> None:
    """A tool from inside a function, as those of a notebook are."""

    @tool
    def local() -> str:
        return "x"

    with pytest.raises(ToolDefinitionError) as caught:
        Subprocess().check(local)
    assert ".py file" in caught.value.hint


def test_refuse_runs_nothing() -> None:
    """The model learns why."""
    ran: list[str] = []

    @tool
    def act() -> str:
        ran.append("act")
        return "done"

    outcome = _outcome_of(Refuse("this is a rehearsal").submit(act, ""))
    assert "this is a rehearsal" in outcome.output
    assert ran == []
