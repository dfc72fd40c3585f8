"""Worker thread: each call in a thread of its own."""

from __future__ import annotations

import contextvars
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from threading import Timer
from typing import Any

from threadlab.tools.executors.port import in_thread, settle, too_late
from threadlab.tools.outcome import Outcome
from threadlab.tools.tool import Tool


@dataclass(frozen=True, slots=True)
class WorkerThread:
    """The calls of a round run at the same time, each with a copy of the caller's context variables.

    Protects from exceptions and from waiting: at the time limit the model gets a failure, and what comes
    later is dropped. Does not protect from what the tool does meanwhile: a thread cannot be stopped, so a
    tool that hangs goes on using memory and processor until Python ends, and it sees everything that
    Python sees.
    """

    in_background = True

    def check(self, tool: Tool[..., Any]) -> None:
        """Any tool will do."""

    def submit(self, tool: Tool[..., Any], arguments: str) -> Future[Outcome]:
        """Start a thread, and the alarm for the tool's time limit."""
        promise: Future[Outcome] = Future()
        context = contextvars.copy_context()
        in_thread(tool.name, partial(context.run, tool.answer, arguments), promise)
        if tool.time_limit is not None and not promise.done():
            alarm = Timer(tool.time_limit, settle, (promise, too_late(tool)))
            alarm.daemon = True
            alarm.start()
            promise.add_done_callback(lambda _: alarm.cancel())
        return promise
