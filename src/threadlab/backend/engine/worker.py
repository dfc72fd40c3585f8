"""The worker: drives runs by itself, on threads, in real time. Requests only ask and look.

One thread, the driver, makes each transition when it is due; the store takes one change at a time anyway. A
server has that done on its event loop, where its requests are.
Whatever consults a model needs time and is done by a few more threads, under a lease: other workers and
kernels on the same store leave the run alone. The lease is renewed while its holder lives. If it is not,
somebody else takes the run over: a consultation of which nothing was shown is begun again, one that was cut
in the midst of its answer fails the run and says so, and an answer that is whole in the log is shown.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import queue
import sqlite3
import threading
import time
from dataclasses import dataclass

from threadlab.backend.bell import DUE
from threadlab.backend.clock import Clock
from threadlab.backend.engine.engine import Engine
from threadlab.backend.engine.live import Live
from threadlab.backend.engine.machine import TRANSITIONS
from threadlab.backend.ids import RandomIds
from threadlab.backend.records import RunRecord
from threadlab.backend.store.sqlite import Due

LOOK_AGAIN = 0.02
"""Seconds after which a stream looks again, if its reader does not listen to the bell."""
LOOK_FAR = 0.25
"""Seconds between two looks for what other processes have written; what this one writes rings the bell."""
BURST = 0.01
"""Seconds of making what is due before others get their turn: on an event loop, requests wait so long."""
LEAVING = 5.0
"""Seconds that a worker that is stopped waits for its threads."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Crew:
    """How a worker works.

    `consultations` of the model at once, at most: more runs wait in the queue. `lease` is after how many
    seconds a worker that has not renewed its lease counts as dead. One that is `hosted` has no driver of its
    own: somebody awaits `Worker.drive`.
    """

    consultations: int = 4
    lease: float = 10.0
    hosted: bool = False


class Worker:
    """A driver with threads of its own, begun at once. `stop` ends them and gives back what they held."""

    rings = LOOK_FAR

    def __init__(self, engine: Engine, clock: Clock, crew: Crew) -> None:
        self._engine = engine
        self._store = engine.store
        self._clock = clock
        self._bell = engine.store.bell
        self._name = RandomIds().new("worker")
        self._numbers = itertools.count(1)
        self._lease = crew.lease
        self._renewed = 0.0
        self._most = crew.consultations
        self._held: dict[str, Live] = {}
        self._waiting: queue.SimpleQueue[Live | None] = queue.SimpleQueue()
        self.hosted = crew.hosted
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._consult, name=f"threadlab-consultation-{number}", daemon=True)
            for number in range(1, crew.consultations + 1)
        ]
        if not crew.hosted:
            drive = threading.Thread(target=self._drive, name="threadlab-driver", daemon=True)
            self._threads.append(drive)
        atexit.register(self.stop)
        for thread in self._threads:
            thread.start()

    def perform_due(self, until: float | None = None) -> None:
        """Nothing: what is due is made by the worker's own threads."""

    def looked_at(self, run: RunRecord) -> None:
        """Nothing, unless the run's status is none: then it ends, with a reason."""
        if run.status not in TRANSITIONS:
            self._engine.move(run.id, self._clock.now())

    def step(self, run_id: str) -> RunRecord | None:
        """Let a run make its next transition now; a consultation that takes its time is only begun."""
        mover = self._engine.serving.at_work(run_id)
        due = self._store.due_of(mover)
        now = self._clock.now()
        if due and due.lease <= now:
            run = self._store.get(RunRecord, mover)
            if run and self._engine.consults_next(run) and not self._engine.completer.instant:
                with self._store.transaction() as change:
                    change.schedule(mover, due.thread_id, now)
            else:
                self._engine.move(mover, min(due.at, now))
        return self._store.get(RunRecord, run_id)

    def look_again(self, due: Due) -> float:
        """A little later, for a reader who does not listen to the bell."""
        return self._clock.now() + LOOK_AGAIN

    def stop(self) -> None:
        """End the threads, and give back the leases. What is in the midst of an answer stays as it is."""
        self._stopped = True
        atexit.unregister(self.stop)
        self._bell.ring((DUE,))
        for live in list(self._held.values()):
            live.leave()
        for _ in self._threads:
            self._waiting.put(None)
        until = time.monotonic() + LEAVING
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(until - time.monotonic(), 0.0))
        for holder in list(self._held):  # what was leased while the others left, or is held by a slow one
            self._give_back(holder)

    async def drive(self) -> None:
        """Make what is due on this event loop, in the place of a thread, until the worker is stopped."""
        while not self._stopped:
            heard = self._bell.heard(DUE)
            await self._bell.wait_async(DUE, heard, self._make_due())

    def _drive(self) -> None:
        while not self._stopped:
            heard = self._bell.heard(DUE)
            self._bell.wait(DUE, heard, self._make_due())

    def _make_due(self) -> float:
        """Make what is due, a burst at most; after how many seconds to look again, at the latest."""
        free = None
        try:
            self._store.recover()
            self._renew()
            until = time.monotonic() + BURST
            while self._make_next():
                if time.monotonic() > until:
                    return 0.0
            free = self._store.next_free()
        except Exception:  # most likely the store's trouble: a worker that ends would leave all runs behind
            if not self._stopped:
                logger.exception("the worker could not drive the runs, and tries again")
        now = self._clock.now()
        return min(LOOK_FAR, self._lease / 4, (free or now + LOOK_FAR) - now)

    def _make_next(self) -> bool:
        """Make the transition that is due first, or hand it to a consultation; False if there is none."""
        now = self._clock.now()
        all_busy = len(self._held) >= self._most
        due = self._store.first_due(now, but="queued" if all_busy else None)
        if due is None:
            return False
        if self._engine.completer.instant:
            self._engine.move(due.run_id, due.free)
            return True
        run = self._store.get(RunRecord, due.run_id)
        if run is None or now >= run.expires_at or not self._engine.consults_next(run):
            self._engine.move(due.run_id, due.free)
        elif run := self._engine.admits(run, now):
            self._begin(run, now)
        return True

    def _begin(self, run: RunRecord, now: float) -> None:
        """Take the lease of a run and hand it to a consultation."""
        holder = f"{self._name}/{next(self._numbers)}"
        self._held[holder] = live = Live(self._engine, run, holder)  # before it is: `stop` may come between
        leased = False
        try:
            leased = self._store.lease(run.id, holder, now, now + self._lease)
        finally:
            if not leased:
                self._held.pop(holder, None)
        if leased:
            self._waiting.put(live)

    def _renew(self) -> None:
        now = self._clock.now()  # and not a clock that stands still while the machine sleeps
        if self._held and now - self._renewed > self._lease / 4:
            self._store.renew(list(self._held), now + self._lease)
            self._renewed = now

    def _consult(self) -> None:
        while (live := self._waiting.get()) is not None:
            try:
                if not self._stopped:
                    live.consult()
            except Exception:
                logger.exception("a consultation broke off; its run is taken over")
            finally:
                self._give_back(live.holder)

    def _give_back(self, holder: str) -> None:
        self._held.pop(holder, None)
        try:
            self._store.give_back(holder, self._clock.now())
        except sqlite3.Error:
            logger.exception("a lease could not be given back; it ends by itself")
