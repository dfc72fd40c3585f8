"""Aside: work that takes its time, such as a call over the network, and how a run comes back for it.

Where nobody else waits it is done at once. Where requests and runs share a thread it is done on another one,
and the run is moved again until it is there. Work that was never fetched, or that died with the process, may
be done again. What a run that ended early will not fetch is dropped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

from threadlab.backend.clock import Clock
from threadlab.backend.hosted import NotYet, Setting

LOOK_AGAIN = 0.05
"""Seconds until a run asks again."""
AT_ONCE = 4
"""Pieces of work done at the same time."""
RECENT = 100
"""Runs that were stopped, of which it is known that nothing more is to be begun for them."""

Result = TypeVar("Result")


class Aside(Generic[Result]):
    """Does the work of calls, on threads of its own if `clock` is given; each call's is done once."""

    def __init__(self, name: str, clock: Clock | None) -> None:
        self._name = name
        self._clock = clock
        self._lock = Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._begun: dict[tuple[str, int, int, str], Future[Result]] = {}
        self._over: deque[str] = deque(maxlen=RECENT)

    def result(self, setting: Setting, work: Callable[[], Result]) -> Result | NotYet:
        """What the work of this call gave back or raised; or when to ask for it again."""
        if self._clock is None:
            return work()
        key = (setting.run_id, setting.round, setting.number, setting.name)
        with self._lock:
            if setting.run_id in self._over:  # it was stopped while somebody was about to move it
                return NotYet(self._clock.now() + LOOK_AGAIN)
            if key not in self._begun:
                self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, f"threadlab-{self._name}")
                self._begun[key] = self._threads.submit(work)
            if not self._begun[key].done():
                return NotYet(self._clock.now() + LOOK_AGAIN)
            done = self._begun.pop(key)
        return done.result()

    @property
    def is_busy(self) -> bool:
        """Whether anything is done, or was done and nobody fetched it yet."""
        with self._lock:
            return bool(self._begun)

    def is_over(self, run_id: str) -> bool:
        """Whether a run comes back no more."""
        with self._lock:
            return run_id in self._over

    def forget(self, run_id: str) -> None:
        """Begin nothing more for a run, and keep nothing of what is done for it."""
        with self._lock:
            self._over.append(run_id)
            for key in [key for key in self._begun if key[0] == run_id]:
                self._begun.pop(key).cancel()

    def close(self) -> None:
        """Begin nothing more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
