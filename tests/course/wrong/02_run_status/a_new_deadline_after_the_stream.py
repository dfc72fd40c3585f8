"""Starts the clock again when the stream is over.

Caught by: The time that a stream took counts against the deadline
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


def wait_for(look: Callable[[], Any], clock: Any, deadline: float = 60.0) -> Any:
    """The run as soon as it asks for anything but waiting. `look()` reads it anew."""
    began, pause = clock.now(), FIRST
    while True:
        run = look()
        if next_move(run.status) != "wait":
            return run
        left = began + deadline - clock.now()
        if left <= 0:
            raise TooLate(f"still {run.status} after {deadline:g} s")
        clock.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST)


def wait_on_stream(stream: Iterable[Any], look: Callable[[], Any], clock: Any, deadline: float = 60.0) -> Any:
    """Read the stream, then wait as if nothing had been waited for yet."""
    try:
        for run in stream:
            if next_move(run.status) != "wait":
                return run
    except ConnectionError:
        pass
    return wait_for(look, clock, deadline)
