"""A whole backend, put together: a store, a clock, ids, a completer, the engine and the app.

Backend.seeded(7)       a private store and a clock of its own: the same run every time
Backend.durable(path)   one file that lasts, in real time, that several kernels may share
"""

from __future__ import annotations

from pathlib import Path

from threadlab.backend.app import App
from threadlab.backend.clock import Clock, RealClock, VirtualClock
from threadlab.backend.code.switch import code_interpreter as code_interpreter_of
from threadlab.backend.completer.port import Completer
from threadlab.backend.completer.rules.rules import Rules
from threadlab.backend.engine.driver import Driver, SteppedDriver
from threadlab.backend.engine.port import MakeEngine, RunEngine
from threadlab.backend.engine.server_tools import ServerTool
from threadlab.backend.engine.worker import Crew, Worker
from threadlab.backend.faults.engine import BreakableEngine
from threadlab.backend.faults.faults import Faults
from threadlab.backend.files.blobs import Blobs
from threadlab.backend.files.upload import Upload
from threadlab.backend.hosted import Lasting
from threadlab.backend.ids import Ids, RandomIds, SeededIds
from threadlab.backend.reach import Reach
from threadlab.backend.routes.call import Room
from threadlab.backend.search.embedder import Embedder
from threadlab.backend.search.index import Index
from threadlab.backend.search.tool import FileSearch
from threadlab.backend.search.vector_stores import VectorStores
from threadlab.backend.store.sqlite import Durability, Store
from threadlab.backend.wire.http import Request, Response, WaitUntil


class Backend:
    """A backend in this process. `time` is its clock: whoever waits for it, waits by that.

    An `engine` of one's own takes the reference's place; requests drive it, never a crew. An `embedder` adds
    search by meaning to file search. `reach` says what its tools may reach. `files` are the bytes of
    uploaded files, in a folder beside the store.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        completer: Completer | None = None,
        key: str | None = None,
        crew: Crew | None = None,
        engine: MakeEngine | None = None,
        embedder: Embedder | None = None,
        reach: Reach | None = None,
        code_interpreter: bool = False,
    ) -> None:
        self.store = store
        self.time = clock
        self.faults = Faults()
        model = completer or Rules()
        reference = BreakableEngine(store, clock, ids, model, self.faults)
        self.engine: RunEngine = engine(store, clock, ids, model) if engine else reference
        self.bell = store.bell
        self.files = Blobs(store.path.with_name(f"{store.path.name}.files"))
        index = Index(store, embedder)
        shelves = VectorStores(store, clock, ids, self.files, index, aside=crew is not None)
        self.engine.serving.hosted["file_search"] = FileSearch(shelves)
        self.engine.serving.hosted |= (reach or Reach()).tools(clock if crew else None)
        aside = crew is not None
        self.engine.serving.hosted["code_interpreter"] = code_interpreter_of(
            code_interpreter, store, clock, ids, self.files, aside=aside
        )
        self.driver: Driver = (
            Worker(reference, clock, crew) if crew else SteppedDriver(self.engine, store, clock)
        )
        room = Room(store, clock, ids, self.engine, self.driver, self.bell, self.files, shelves)
        self._app = App(room, key, self.faults)

    @classmethod
    def seeded(
        cls,
        seed: int,
        *,
        completer: Completer | None = None,
        pace: float = 0.0,
        key: str | None = None,
        engine: MakeEngine | None = None,
        embedder: Embedder | None = None,
        reach: Reach | None = None,
        code_interpreter: bool = False,
    ) -> Backend:
        """A private backend that does the same each time: own store, own clock, ids from the seed."""
        store, clock, ids = Store.private("virtual"), VirtualClock(pace), SeededIds(seed)
        return cls(
            store,
            clock,
            ids,
            completer,
            key,
            engine=engine,
            embedder=embedder,
            reach=reach,
            code_interpreter=code_interpreter,
        )

    @classmethod
    def durable(
        cls,
        path: Path,
        *,
        completer: Completer | None = None,
        pace: float = 0.0,
        key: str | None = None,
        worker: bool | Crew | None = None,
        durability: Durability = "normal",
        embedder: Embedder | None = None,
        reach: Reach | None = None,
        code_interpreter: bool = False,
    ) -> Backend:
        """A backend on a file that lasts, in real time. Raises StoreError for a file it cannot use.

        A `worker` drives the runs on threads of its own, a crew as it says; without one, requests do. By
        default there is one exactly if the completer takes its time. `durability` "full" outlasts a loss of
        power, at a wait for the disk with each change. Whoever made a backend closes it.
        """
        if worker is None:
            worker = completer is not None and not completer.instant
        crew = Crew() if worker is True else worker or None
        store = Store(path, "real", durability)
        return cls(
            store,
            RealClock(pace),
            RandomIds(),
            completer,
            key,
            crew,
            embedder=embedder,
            reach=reach,
            code_interpreter=code_interpreter,
        )

    @property
    def tools(self) -> dict[str, ServerTool]:
        """Functions that this backend executes itself, by name. Any other waits for its client."""
        return self.engine.serving.tools

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

    def upload(self, request: Request) -> Upload | None:
        """What is to be fed with the body of a request that uploads a file, and then sent along with it.

        None for every other request. Raises ApiError for a form that cannot be taken.
        """
        return self._app.upload(request)

    def takes_time(self, request: Request) -> bool:
        """Whether a request is answered only after an embedder was asked."""
        return self._app.takes_time(request)

    def wait(self, piece: WaitUntil) -> None:
        """Block until a stream that yielded this may have more to say."""
        seconds = max(piece.at - self.time.now(), 0.0)
        if self.time.kind == "virtual" or not piece.bell:
            self.time.sleep(seconds)
        else:
            self.bell.wait(piece.bell, piece.heard, max(seconds, self.driver.rings))

    async def wait_async(self, piece: WaitUntil) -> None:
        """Wait on the event loop until a stream that yielded this may have more to say."""
        seconds = max(piece.at - self.time.now(), 0.0)
        if self.time.kind == "virtual" or not piece.bell:
            await self.time.sleep_async(seconds)
        else:
            await self.bell.wait_async(piece.bell, piece.heard, max(seconds, self.driver.rings))

    def is_over(self, piece: WaitUntil) -> bool:
        """Whether the bell that a stream's wait listens to has rung already."""
        return bool(piece.bell) and self.bell.heard(piece.bell) != piece.heard

    async def drive(self) -> None:
        """Drive the runs on this event loop; at once over if nobody has to, since threads or requests do."""
        if isinstance(self.driver, Worker) and self.driver.hosted:
            await self.driver.drive()

    def close(self) -> None:
        """End what hosted tools hold open, stop the worker, if there is one, and close the store."""
        for tool in self.engine.serving.hosted.values():
            if isinstance(tool, Lasting):
                tool.close()
        self.driver.stop()
        self.store.close()
