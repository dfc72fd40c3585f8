"""Inline: the tool runs where its call is answered."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from threadlab.errors import ToolDefinitionError
from threadlab.tools.outcome import Outcome
from threadlab.tools.tool import Tool


@dataclass(frozen=True, slots=True)
class Inline:
    """One tool after the other, in the thread of whoever follows the run: simple, ordered, reproducible.

    Protects from nothing but exceptions. No time limit: a tool that hangs hangs the cell. No async tools:
    the notebook's event loop is already running in that thread.
    """

    in_background = False

    def check(self, tool: Tool[..., Any]) -> None:
        """Refuse async tools."""
        if tool.is_async:
            raise ToolDefinitionError(
                f"{tool.name} is async, and Inline has no event loop for it",
                hint="write the tool as a plain function, or give Toolbox(…, executor=WorkerThread()): "
                "from threadlab.tools.executors.worker_thread import WorkerThread",
            )

    def submit(self, tool: Tool[..., Any], arguments: str) -> Future[Outcome]:
        """Run it now; the future is done."""
        promise: Future[Outcome] = Future()
        promise.set_result(tool.answer(arguments))
        return promise
