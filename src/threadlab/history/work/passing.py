"""Passing: work is a generator that never sleeps; whoever drives it lets the time pass that it asks for.

So several pieces of work can wait at the same time, on one thread: see `side_by_side`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
from time import monotonic
from typing import TypeVar

from threadlab.following.patience import Asking
from threadlab.objects.event import Wait
from threadlab.objects.time import Time

Result = TypeVar("Result")

LOOK_FOR_STOP = 0.05
"""Real seconds between two looks for a stop while tools work."""


def let_pass(wait: Wait, time: Time, is_to_stop: Callable[[], bool]) -> None:
    """Let the time pass; a wait for something real ends early when a stop is asked for."""
    if wait.until is None:
        time.sleep(wait.seconds)
        return
    ends = monotonic() + wait.seconds
    while not wait.until.done() and not is_to_stop() and (left := ends - monotonic()) > 0:
        futures.wait([wait.until], timeout=min(left, LOOK_FOR_STOP))


def done_now(work: Asking[Result], time: Time, is_to_stop: Callable[[], bool]) -> Result:
    """The work's result, once all the time that it asked for has passed. Blocks."""
    while True:
        try:
            event = next(work)
        except StopIteration as done:
            result: Result = done.value
            return result
        if isinstance(event, Wait):
            let_pass(event, time, is_to_stop)
