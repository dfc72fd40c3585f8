"""A whole backend, put together: a store, a clock, ids, a completer, the engine and the app.

Backend.seeded(7)       a private store and a clock of its own: the same run every time
Backend.durable(path)   one file that lasts, in real time, that several kernels may share
"""

from __future__ import annotations

from pathlib import Path

from threadlab.backend.app import App
from threadlab.backend.clock import Clock, RealClock, VirtualClock
from threadlab.backend.completer.port import Completer
from threadlab.backend.completer.rules.rules import Rules
from threadlab.backend.engine.driver import SteppedDriver
from threadlab.backend.engine.engine import Engine
from threadlab.backend.ids import Ids, RandomIds, SeededIds
from threadlab.backend.routes.call import Room
from threadlab.backend.store.sqlite import Store
from threadlab.backend.wire.http import Request, Response


class Backend:
    """A backend in this process. `time` is its clock: whoever waits for it, waits by that."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, completer: Completer | None = None, key: str | None = None
    ) -> None:
        self.store = store
        self.time = clock
        self.engine = Engine(store, clock, ids, completer or Rules())
        self.driver = SteppedDriver(self.engine, store, clock)
        self._app = App(Room(store, clock, ids, self.engine, self.driver), key)

    @classmethod
    def seeded(
        cls, seed: int, *, completer: Completer | None = None, pace: float = 0.0, key: str | None = None
    ) -> Backend:
        """A private backend that does the same each time: own store, own clock, ids from the seed."""
        return cls(Store.private("virtual"), VirtualClock(pace), SeededIds(seed), completer, key)

    @classmethod
    def durable(
        cls, path: Path, *, completer: Completer | None = None, pace: float = 0.0, key: str | None = None
    ) -> Backend:
        """A backend on a file that lasts, in real time. Raises StoreError for a file it cannot use."""
        return cls(Store(path, "real"), RealClock(pace), RandomIds(), completer, key)

    @property
    def pace(self) -> float:
        """Real seconds for each of the backend's seconds; 0 does not wait at all."""
        return self.time.pace

    @pace.setter
    def pace(self, value: float) -> None:
        self.time.pace = value

    def handle(self, request: Request) -> Response:
        """Answer one request; never waits."""
        return self._app.handle(request)

    def close(self) -> None:
        """Close the store."""
        self.store.close()
