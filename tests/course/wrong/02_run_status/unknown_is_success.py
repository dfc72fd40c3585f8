"""Whatever is neither waiting nor asking must be over: so a new word passes for an end.

Caught by: A status that nobody knows is an error, not an end
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
    """Three ways, and the last one for all the rest."""
    if status in ("queued", "in_progress", "cancelling"):
        return "wait"
    return "answer" if status == "requires_action" else "stop"


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
