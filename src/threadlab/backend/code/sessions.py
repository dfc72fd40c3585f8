"""Sessions: one for each thread, as on the service; begun when it is first used, and ended when nobody does.

A session that is over, by a limit or for want of use, is followed by a new one, which has the thread's files
and nothing of what code had made.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from threadlab.backend.code.kernel import NoKernel
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.session import Session

RECENT = 100
"""Deleted threads of which it is known that a session which is still being made for them has to end."""

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class Sessions:
    """The sessions of a backend: `limits.sessions` at most, else the one that was used longest ago ends."""

    def __init__(self, limits: Limits, walls: bool | None = None) -> None:
        self.limits = limits
        self._walls = walls
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._open: dict[str, Session] = {}
        self._used: dict[str, float] = {}
        self._at_work: dict[str, Session] = {}
        self._closed = False
        self._told = False
        self._gone: deque[str] = deque(maxlen=RECENT)
        self._timer: threading.Timer | None = None

    def use(self, thread_id: str, run_id: str, work: Callable[[Session], Result]) -> Result:
        """Do work for a run in the session of its thread, which others wait for. Raises NoKernel."""
        with self._lock:
            turn = self._turns.setdefault(thread_id, threading.Lock())
        with turn:
            session = self._session(thread_id)
            with self._lock:
                self._at_work[run_id] = session
            try:
                return work(session)
            finally:
                with self._lock:
                    del self._at_work[run_id]
                    session.go_on()
                self._put_down(thread_id)

    def interrupt(self, run_id: str) -> None:
        """Interrupt the work that is done for a run, if there is any; code that does not care is killed."""
        with self._lock:
            if run_id in self._at_work:
                self._at_work[run_id].interrupt()

    def end(self, thread_id: str) -> None:
        """End the session of a thread that is gone."""
        with self._lock:
            self._gone.append(thread_id)
            self._turns.pop(thread_id, None)
            idle = self._drop(thread_id) if thread_id in self._used else None
            busy = self._open.get(thread_id)
        if idle is not None:
            idle.close()
        elif busy is not None:
            busy.stop()

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
        self._tell_of(session)
        return session

    def _tell_of(self, session: Session) -> None:
        """Say once that there are no walls where there could have been some."""
        if self._walls is None and not session.walls and not self._told:
            self._told = True
            logger.warning(
                "The code interpreter has no walls on this machine (%s). Code is only guarded: it can read "
                "every file that you can read, and who wants to gets around the guard. Run only code that "
                "you trust; `threadlab doctor` says what walls need.",
                session.no_walls,
            )

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
            if session is not None and session.is_alive and thread_id not in self._gone:
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
