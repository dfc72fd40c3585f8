"""Sessions: one for each thread, as on the service; begun when it is first used, and ended when nobody does.

A session that is over, by a limit or for want of use, is followed by a new one, which has the thread's files
and nothing of what code had made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from threadlab.backend.code.kernel import NoKernel
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.session import Session

Result = TypeVar("Result")


class Sessions:
    """The sessions of a backend: `limits.sessions` at most, else the one that was used longest ago ends."""

    def __init__(self, limits: Limits, walls: bool | None = None) -> None:
        self.limits = limits
        self._walls = walls
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._open: dict[str, Session] = {}
        self._used: dict[str, float] = {}
        self._closed = False
        self._timer: threading.Timer | None = None

    def use(self, thread_id: str, work: Callable[[Session], Result]) -> Result:
        """Do work in the session of a thread, which others wait for. Raises NoKernel."""
        with self._lock:
            turn = self._turns.setdefault(thread_id, threading.Lock())
        with turn:
            session = self._session(thread_id)
            try:
                return work(session)
            finally:
                self._put_down(thread_id)

    def close(self) -> None:
        """End all sessions; there will be no other."""
        with self._lock:
            self._closed = True
            idle = [self._drop(thread_id) for thread_id in list(self._used)]
            busy = list(self._open.values())
            if self._timer is not None:
                self._timer.cancel()
        for session in busy:
            session.stop()
        for session in idle:
            session.close()

    def _session(self, thread_id: str) -> Session:
        with self._lock:
            session = self._open.pop(thread_id, None)
        if session is not None and session.is_alive:
            self._keep(thread_id, session)
            return session
        if session is not None:
            session.close()
        session = Session(self.limits, self._walls)
        self._keep(thread_id, session)
        return session

    def _keep(self, thread_id: str, session: Session) -> None:
        """Have it among the open ones, and end what is too much."""
        ended: list[Session] = []
        with self._lock:
            self._used.pop(thread_id, None)  # it is in use, and counts as no longer idle
            self._open[thread_id] = session
            for other in sorted(self._used, key=lambda id: self._used[id]):
                if len(self._open) > self.limits.sessions:
                    ended.append(self._drop(other))
            is_late = self._closed
            if is_late:
                ended.append(self._drop(thread_id))
        for one in ended:
            one.close()
        if is_late:
            raise NoKernel("the backend is closing")

    def _put_down(self, thread_id: str) -> None:
        """Nobody uses it now: from here on it is idle."""
        with self._lock:
            session = self._open.get(thread_id)
            if session is not None and session.is_alive:
                self._used[thread_id] = time.monotonic()
                self._look_later()
            elif session is not None:
                self._drop(thread_id).close()

    def _drop(self, thread_id: str) -> Session:
        self._used.pop(thread_id, None)
        return self._open.pop(thread_id)

    def _look_later(self) -> None:
        """Come back when the first session has been idle long enough."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._used and not self._closed:
            seconds = min(self._used.values()) + self.limits.idle_seconds - time.monotonic()
            self._timer = threading.Timer(max(seconds, 0.01), self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._lock:
            since = time.monotonic() - self.limits.idle_seconds
            ended = [self._drop(id) for id in [id for id, used in self._used.items() if used <= since]]
            self._look_later()
        for one in ended:
            one.close()
