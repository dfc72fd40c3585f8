"""Isolated execution: work in a process of its own, with its own environment and working folder.

    async with IsolatedExecution(env={"REGION": "north"}, cwd=folder) as execution:
        result = await execution.run(work)

    with IsolatedExecution(env={"REGION": "south"}) as execution:
        result = execution.run_sync(work)

This process's environment and working folder never change, so two executions that overlap see each its own
and nothing is left behind. Python has one `os.environ` and one working folder for all its threads and tasks:
nothing less than a process can keep two apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Any, Protocol, Self, TypeVar, overload

from threadlab.errors import FlowError
from threadlab.flows.child_run import ChildRun, request_for, result_of

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class RunsIsolated(Protocol[R_co]):
    """Work that spreads over an execution by itself, as an `AgentRunner` does: each node is a process."""

    def run_in(self, execution: IsolatedExecution) -> R_co:
        """Do it, with everything that needs isolation through `execution.run_sync`."""
        ...


class IsolatedExecution:
    """A place to run work: `env` is all that it sees of an environment, but for PATH and a few like it.

    `cwd` is its working folder (default: this process's; for a command node its own), `time_limit` in real
    seconds for each `run`, `memory` in megabytes (where the system knows RLIMIT_AS). Each `run` is a fresh
    process, which costs a few tenths of a second and is stopped, with all it started, when its time is over
    or nobody waits for it. What it prints is written to this process's standard output when it ends. It is no
    sandbox for hostile code: files and network are open. Raises FlowError for a folder that is none, or a
    variable that is not text.
    """

    def __init__(
        self,
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        time_limit: float | None = None,
        memory: int | None = None,
    ) -> None:
        self.env: Mapping[str, str] = MappingProxyType(dict(env or {}))
        self.cwd = Path.cwd() if cwd is None else Path(cwd).absolute()
        self.has_own_cwd = cwd is not None
        self.time_limit = time_limit
        self.memory = memory
        self._children: list[ChildRun] = []
        self._is_open = True
        _check(self)

    @overload
    async def run(self, work: RunsIsolated[R]) -> R: ...
    @overload
    async def run(self, work: Callable[[], Awaitable[R]]) -> R: ...
    @overload
    async def run(self, work: Callable[[], R]) -> R: ...
    async def run(self, work: Any) -> Any:
        """The same as `run_sync`, awaited. Cancelling the wait stops the process."""
        promise: Future[Any] = Future()
        child = self._child()
        Thread(target=_keep, args=(promise, lambda: self._run(work, child)), daemon=True).start()
        try:
            return await asyncio.wrap_future(promise)
        finally:
            child.stop()

    @overload
    def run_sync(self, work: RunsIsolated[R]) -> R: ...
    @overload
    def run_sync(self, work: Callable[[], Awaitable[R]]) -> R: ...
    @overload
    def run_sync(self, work: Callable[[], R]) -> R: ...
    def run_sync(self, work: Any) -> Any:
        """Do the work, a function without parameters, in a process of its own, and return its result.

        Functions defined in a notebook go over too. An exception of the work is raised here as it was, with
        the child's traceback as its cause. Raises IsolationFailed for a child that ends without an answer,
        does not answer in time, or whose result or exception cannot be carried over.
        """
        return self._run(work, self._child())

    def close(self) -> None:
        """Stop what still runs; nothing can be run any more."""
        self._is_open = False
        for child in self._children:
            child.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        names = ", ".join(self.env) or "nothing"
        return f"<IsolatedExecution in {self.cwd}, with {names} in its environment>"

    def _child(self) -> ChildRun:
        if not self._is_open:
            raise FlowError(
                "this isolated execution is over", hint="run inside the with block, or make another one"
            )
        child = ChildRun(self.env, self.cwd, self.time_limit)
        self._children.append(child)
        return child

    def _run(self, work: Any, child: ChildRun) -> Any:
        try:
            if hasattr(work, "run_in"):
                return work.run_in(self)
            return result_of(child.reply(request_for(work, self.memory)))
        finally:
            self._children.remove(child)


def _keep(promise: Future[Any], work: Callable[[], Any]) -> None:
    """Do the work and keep the promise; an exception is kept as one."""
    promise.set_running_or_notify_cancel()
    try:
        promise.set_result(work())
    except BaseException as error:
        promise.set_exception(error)


def _check(execution: IsolatedExecution) -> None:
    if not execution.cwd.is_dir():
        raise FlowError(
            f"{execution.cwd} is no folder, so nothing can run in it", hint="make the folder first"
        )
    wrong = [name for name, value in execution.env.items() if not isinstance(value, str)]
    if wrong:
        raise FlowError(
            f"environment variables are text, and {', '.join(wrong)} is not",
            hint='write the value in quotes: env={"RETRIES": "3"}',
        )
