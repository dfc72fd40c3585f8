"""Knows how to wait for some statuses and what to do with one; all others fall out at the bottom, as None.

Caught by: A run is handed back however it ends, and also when it waits for you
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

FIRST, LONGEST = 0.1, 2.0


class TooLate(Exception):
    """The deadline passed."""


class UnknownStatus(Exception):
    """Nobody knows the status."""


def next_move(status: str) -> str:
    """What a status asks of whoever waits: "wait", "answer" (tools), or "stop" (the run is over)."""
    if status in ("queued", "in_progress", "cancelling"):
        return "wait"
    if status == "requires_action":
        return "answer"
    if status in ("completed", "failed", "cancelled", "expired", "incomplete"):
        return "stop"
    raise UnknownStatus(status)


def wait_for(look: Callable[[], Any], clock: Any, deadline: float = 60.0) -> Any | None:
    """Look while it is queued or in progress, and then take it for completed."""
    began, pause = clock.now(), FIRST
    run = look()
    while run.status in ("queued", "in_progress", "requires_action"):
        if clock.now() - began >= deadline:
            raise TooLate(run.status)
        clock.sleep(min(pause, began + deadline - clock.now()))
        pause = min(pause * 2, LONGEST)
        run = look()
    if run.status == "completed":
        return run
    return None


def wait_on_stream(stream: Iterable[Any], look: Callable[[], Any], clock: Any, deadline: float = 60.0) -> Any:
    """The same from a stream: it gives the run at each change of its status."""
    began = clock.now()
    try:
        for run in stream:
            if next_move(run.status) != "wait":
                return run
            if clock.now() - began >= deadline:
                raise TooLate(f"still {run.status} after {deadline:g} s")
    except ConnectionError:
        pass
    return wait_for(look, clock, deadline - (clock.now() - began))
