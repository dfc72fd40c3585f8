"""Side by side: several pieces of work at the same time, on one thread.

Work is a generator that asks for time to pass, and never sleeps. So while one waits, the others go on: the
time they take together is that of the longest. Nothing is left to chance: the same work, the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

from threadlab.following.patience import Asking
from threadlab.history.work.interruption import Paused, Stopped
from threadlab.objects.event import Wait
from threadlab.objects.time import Time

Result = TypeVar("Result")


@dataclass(slots=True)
class _Work(Generic[Result]):
    """A piece of work, and until when it waits: an instant of the service's, or something real, `until`."""

    steps: Asking[Result]
    wakes: float
    begun: bool = False
    until: Future[Any] | None = None
    looks_again: float = 0.0

    def waits(self, wait: Wait, now: float) -> None:
        self.wakes, self.until = now + wait.seconds, wait.until
        self.looks_again = monotonic() + wait.seconds

    def left(self, now: float) -> float:
        """How long it still waits; in real seconds for something real."""
        if self.until is None:
            return max(0.0, self.wakes - now)
        return 0.0 if self.until.done() else max(0.0, self.looks_again - monotonic())


def side_by_side(
    works: Mapping[str, Asking[Result]], time: Time, may_begin: Callable[[int], bool] = lambda others: True
) -> Asking[dict[str, Result]]:
    """The result of each, by its name, once all are over.

    `may_begin` says whether one more may begin beside so many others; the first always may.

    What one raises is raised when the others are over, too: a stop first, then a pause, then errors in the
    order of the names. So no work is left half done, and a stop reaches all: each looks for it itself.
    """
    at_work = {name: _Work(steps, time.now()) for name, steps in works.items()}
    results: dict[str, Result] = {}
    raised: list[BaseException] = []
    try:
        while at_work:
            name = _next(at_work, time.now(), may_begin)
            if name is None:
                yield _wait_for(at_work, time.now())
                continue
            work = at_work[name]
            work.begun = True
            try:
                event = next(work.steps)
            except StopIteration as done:
                results[name] = done.value
                del at_work[name]
            except (Exception, Paused, Stopped) as problem:
                raised.append(problem)
                del at_work[name]
            else:
                if isinstance(event, Wait):
                    work.waits(event, time.now())
                else:
                    yield event
    finally:
        for work in at_work.values():
            work.steps.close()
    if raised:
        raise min(raised, key=_urgency)
    return {name: results[name] for name in works}


def _next(at_work: Mapping[str, _Work[Any]], now: float, may_begin: Callable[[int], bool]) -> str | None:
    """Whoever may go on and waits longest; None if all wait."""
    others = sum(work.begun for work in at_work.values())
    ready = [
        (work.wakes, place, name)
        for place, (name, work) in enumerate(at_work.items())
        if not work.left(now) and (work.begun or not others or may_begin(others))
    ]
    return min(ready)[2] if ready else None


def _wait_for(at_work: Mapping[str, _Work[Any]], now: float) -> Wait:
    """The wait that ends when the first of them can go on."""
    begun = [work for work in at_work.values() if work.begun]
    real = [work.until for work in begun if work.until is not None]
    seconds = min(work.left(now) for work in begun)
    return Wait(seconds, _first_of(real) if real else None)


def _first_of(promises: list[Future[Any]]) -> Future[Any]:
    first: Future[Any] = Future()
    first.set_running_or_notify_cancel()
    for one in promises:
        one.add_done_callback(lambda _: _settle(first))
    return first


def _settle(first: Future[Any]) -> None:
    with suppress(InvalidStateError):  # another one was faster
        first.set_result(None)


def _urgency(problem: BaseException) -> int:
    return 0 if isinstance(problem, Stopped) else 1 if isinstance(problem, Paused) else 2
