"""The executor port: run one tool call somewhere, and promise its outcome."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from threading import Thread
from typing import Any, Protocol

from threadlab.tools.outcome import Outcome, failure, failure_of
from threadlab.tools.tool import Tool


class Executor(Protocol):
    """Runs tool calls. `in_background` is False when `submit` comes back only after the tool has."""

    @property
    def in_background(self) -> bool:
        """Whether `submit` comes back before the tool does."""
        ...

    def check(self, tool: Tool[..., Any]) -> None:
        """Raise ToolDefinitionError when this executor cannot run that tool."""
        ...

    def submit(self, tool: Tool[..., Any], arguments: str) -> Future[Outcome]:
        """Start the call; `arguments` is JSON text. The future never holds an exception.

        Cancelling the future means that nobody wants the outcome any more: what can be stopped is.
        """
        ...


def settle(promise: Future[Outcome], outcome: Outcome) -> None:
    """Keep the promise, unless it was kept or cancelled before: then the outcome came too late."""
    with suppress(InvalidStateError):
        promise.set_result(outcome)


def in_thread(name: str, work: Callable[[], Outcome], promise: Future[Outcome]) -> None:
    """Do the work in a thread of its own, one that does not keep Python from ending."""

    def settled() -> None:
        try:
            outcome = work()
        except BaseException as error:
            outcome = failure_of(error)
        settle(promise, outcome)

    Thread(target=settled, name=f"tool {name}", daemon=True).start()


def too_late(tool: Tool[..., Any]) -> Outcome:
    """The failure of a tool that did not answer within its time limit."""
    return failure(
        "TimeLimitPassed",
        f"{tool.name} did not answer within {tool.time_limit:g} s",
        "ask for less at once, or answer without it and say so",
    )
