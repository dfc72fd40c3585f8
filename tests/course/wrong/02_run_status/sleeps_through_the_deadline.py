"""Looks at the deadline only after many waits, so it is noticed late.

Caught by: The deadline is kept to one wait, neither ignored nor anticipated
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
    """Count the looks instead of the seconds."""
    pause = FIRST
    for _ in range(int(deadline) + 60):
        run = look()
        if next_move(run.status) != "wait":
            return run
        clock.sleep(pause)
        pause = min(pause * 2, LONGEST)
    raise TooLate(f"{deadline} seconds")


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
