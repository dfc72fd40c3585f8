"""Subprocess: each call in a fresh Python process that can be stopped."""

from __future__ import annotations

import json
import pkgutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from threadlab.errors import ToolDefinitionError
from threadlab.tools.child_process import MEGABYTE, child_environment, python_module, stop
from threadlab.tools.executors.port import in_thread, too_late
from threadlab.tools.outcome import Outcome, failure
from threadlab.tools.tool import Tool

_CHILD = python_module("threadlab.tools.executors.child")


@dataclass(frozen=True, slots=True)
class Subprocess:
    """A process for each call: stopped with all it started when the time limit passes or nobody waits.

    Protects from tools that hang, crash Python, or take more than `memory` megabytes (None: no limit;
    enforced where the system knows RLIMIT_AS, which is Linux and other Unix, not Windows, and macOS only in
    part). The tool sees the few environment variables that a program needs and those of `environment`: no
    keys. Does not protect files or the network: it is no sandbox for hostile code. Costs a few tenths of a
    second for each call, which count against the time limit. What the tool prints goes to standard error.

    The tool must stand at the top of a module that can be imported, because the new process imports it.
    """

    memory: int | None = 1024
    environment: Mapping[str, str] = field(default_factory=dict)
    in_background = True

    def check(self, tool: Tool[..., Any]) -> None:
        """Refuse a tool that another process could not import."""
        place = _place(tool)
        try:
            found = pkgutil.resolve_name(place)
        except (ImportError, AttributeError, ValueError):
            found = None
        if found is not tool or place.startswith("__main__:"):
            raise ToolDefinitionError(
                f"another process cannot import {tool.name} as {place}",
                hint="put the decorated function at the top of a .py file and import it from there",
            )

    def submit(self, tool: Tool[..., Any], arguments: str) -> Future[Outcome]:
        """Start the process, watched by a thread."""
        promise: Future[Outcome] = Future()
        in_thread(tool.name, partial(self._attend, tool, arguments, promise), promise)
        return promise

    def _attend(self, tool: Tool[..., Any], arguments: str, promise: Future[Outcome]) -> Outcome:
        request = {
            "tool": _place(tool),
            "arguments": arguments,
            "memory": self.memory and self.memory * MEGABYTE,
        }
        with subprocess.Popen(
            _CHILD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(self.environment),
            start_new_session=True,
        ) as process:
            promise.add_done_callback(lambda _: stop(process))  # it was cancelled: nobody waits
            try:
                reply, _ = process.communicate(json.dumps(request).encode(), timeout=tool.time_limit)
            except subprocess.TimeoutExpired:
                return too_late(tool)
            finally:
                stop(process)
        return _outcome(tool, reply, process.returncode)


def _place(tool: Tool[..., Any]) -> str:
    return f"{tool.function.__module__}:{tool.function.__qualname__}"


def _outcome(tool: Tool[..., Any], reply: bytes, code: int) -> Outcome:
    try:
        said = json.loads(reply)
        return Outcome(said["output"], said["ok"])
    except (ValueError, KeyError, TypeError):
        return failure(
            "ProcessEnded",
            f"the process of {tool.name} ended without an answer (exit code {code})",
            "it may have used too much memory; ask for less, or answer without it and say so",
        )
