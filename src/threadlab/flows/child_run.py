"""Child run: one piece of work in one fresh process, from the parent's side."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, cast

from threadlab.errors import FlowError, IsolationFailed
from threadlab.flows.carried import Reply, Request, Returned, pickled
from threadlab.tools.child_process import MEGABYTE, child_environment, python_module, stop

_CHILD = python_module("threadlab.flows.child")


class ChildTraceback(Exception):
    """Where it happened in the child: the cause of the exception that is raised here."""

    def __str__(self) -> str:
        return f"\n\n{self.args[0]}"


class ChildRun:
    """A process that is started once, by `reply`, and can be stopped from any thread, even before that."""

    def __init__(self, env: Mapping[str, str], cwd: Path, time_limit: float | None) -> None:
        self._env = env
        self._cwd = cwd
        self._time_limit = time_limit
        self._process: subprocess.Popen[bytes] | None = None
        self._is_unwanted = False
        self._lock = Lock()

    def stop(self) -> None:
        """Stop it, now or as soon as it would start; one that is over is left alone."""
        with self._lock:
            self._is_unwanted = True
            if self._process is not None:
                stop(self._process)

    def reply(self, request: bytes) -> Reply:
        """What the process answered. Raises IsolationFailed."""
        with self._started() as process:
            try:
                reply, printed = process.communicate(request, timeout=self._time_limit)
            except subprocess.TimeoutExpired:
                raise IsolationFailed(
                    f"the work was not done within {self._time_limit:g} s, and was stopped",
                    hint="give a larger time_limit, or less to do",
                ) from None
            finally:
                self.stop()
        text = printed.decode(errors="replace")
        sys.stdout.write(text)
        return _read(reply, process.returncode, text)

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_unwanted:
                raise IsolationFailed("the work was stopped before it began", hint="wait for it to be done")
            self._process = subprocess.Popen(
                _CHILD,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=child_environment(self._env),
                cwd=self._cwd,
                start_new_session=True,
            )
            return self._process


def request_for(work: Callable[[], Any], memory: int | None) -> bytes:
    """The work, ready to be sent; `memory` in megabytes. Raises FlowError, IsolationFailed."""
    if not callable(work):
        raise FlowError(
            f"{work!r} cannot be run: it is no function",
            hint="give the function itself, not what it returns; with arguments: functools.partial(work, 1)",
        )
    try:
        return pickle.dumps(Request(pickled(work), memory and memory * MEGABYTE))
    except Exception as error:  # whatever the work holds fails in its own way
        raise IsolationFailed(
            f"the work cannot be carried to another process: {error}",
            hint="let it open its own files, locks and connections instead of holding them",
        ) from error


def result_of(reply: Reply) -> Any:
    """The result, or the child's own exception raised."""
    if isinstance(reply, Returned):
        return reply.value
    cause = ChildTraceback(reply.traceback)
    if reply.error is not None:
        raise reply.error from cause
    raise IsolationFailed(
        f"the work failed with {reply.name}: {reply.text}",
        hint="this exception cannot be rebuilt here; the traceback above tells where it happened",
    ) from cause


def _read(reply: bytes, exit_code: int, printed: str) -> Reply:
    try:
        return cast(Reply, pickle.loads(reply))
    except Exception as error:  # half a reply, or one of types that are not known here
        last = "".join(printed.strip().splitlines()[-1:])
        raise IsolationFailed(
            f"the child process gave no answer that can be read (exit code {exit_code}) {last}".strip(),
            hint="it may have been killed, or taken too much memory; return plain data",
        ) from error
