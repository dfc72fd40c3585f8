"""Run directory: a user run as a folder. Its writer holds the folder's lock; anybody may read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from threadlab.journal.blobs import Blobs
from threadlab.journal.event_log import EventLog, Subscriber, Tail, read
from threadlab.journal.fact import AnyFact, ArtifactKept, Ended, Entry, Interrupted
from threadlab.journal.files import Files
from threadlab.journal.fold import fold
from threadlab.journal.lock import Lock
from threadlab.journal.projections import first_page, projections, result_file
from threadlab.journal.record import AgentCall, Record, Unit
from threadlab.journal.redaction import Redaction

LOGGER = logging.getLogger("threadlab.journal")

EVENTS = "events.jsonl"
ARTIFACTS = "artifacts"
LOCK = ".lock"


class RunDirectory:
    """One user run's folder. `append` and `keep` are its writer's; others see what is acknowledged."""

    def __init__(self, folder: Path, files: Files, *, writes: bool = False) -> None:
        self.folder = folder
        self.files = files
        self.blobs = Blobs(folder / ARTIFACTS, files)
        self._lock = Lock(folder / LOCK)
        self._log: EventLog | None = None
        if writes:
            self._lock.acquire(f"user run {self.id}")
            try:
                self._log = EventLog(folder / EVENTS, files, Redaction(), self.blobs)
            except BaseException:
                self._lock.release()
                raise

    @property
    def id(self) -> str:
        """The user run's id."""
        return self.folder.name

    @property
    def is_being_written(self) -> bool:
        """Whether a living process writes it now."""
        return self._log is not None or self._lock.is_held

    @property
    def is_open(self) -> bool:
        """Whether it is written here, and was not closed."""
        return self._log is not None

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """The log behind number `after`. Raises JournalError for a broken log."""
        return tuple(read(self.folder / EVENTS, self.blobs, after))

    def tail(self, after: int = 0) -> Tail:
        """A reader that goes on where it stopped, also over what other processes write."""
        return Tail(self.folder / EVENTS, self.blobs, after)

    def record(self) -> Record:
        """What the log tells. Raises JournalError for a broken or empty one."""
        return fold(self.entries())

    @property
    def last(self) -> Entry:
        """Its writer's latest entry."""
        entry = self._writer.last
        assert entry is not None, f"{self.id} was made with what was received"
        return entry

    def append(self, fact: AnyFact, at: float) -> Entry:
        """Write a fact down: it is on disk when this returns.

        At the end all that can be read off the log is written, at a pause its first page, `run.json`.
        Raises UserRunFinal after the end.
        """
        entry = self._writer.append(fact, at)
        if isinstance(fact, Ended):
            self._write_if_possible(lambda: projections(self.record()))
        elif isinstance(fact, Interrupted):
            self._write_if_possible(lambda: first_page(self.record()))
        return entry

    def leave_result(self, unit: AgentCall | Unit) -> None:
        """Write what a component gave into the folder of its path, before all is over."""
        self._write_if_possible(lambda: result_file(unit))

    def keep(
        self,
        name: str,
        content: bytes,
        at: float,
        media_type: str = "application/octet-stream",
        path: str = "",
    ) -> ArtifactKept:
        """Keep a file under its hash, and write down its name and the unit of work that made it."""
        sha256 = self.blobs.keep(content)
        kept = ArtifactKept(name=name, sha256=sha256, size=len(content), media_type=media_type, path=path)
        self.append(kept, at)
        return kept

    def keep_again(self, kept: ArtifactKept, user_run: str, at: float) -> None:
        """Keep what another user run beside this one kept. Raises JournalError if it is gone there."""
        self.blobs.take_over(kept.sha256, Blobs(self.folder.parent / user_run / ARTIFACTS, self.files))
        self.append(kept, at)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have the writer's new entries told, each after it is on disk; what this gives ends it."""
        return self._writer.subscribe(subscriber)

    def project(self) -> None:
        """Write everything that can be read off the log: the same log gives the same bytes."""
        self._write(projections(self.record()))

    def _write(self, contents: Mapping[str, bytes]) -> None:
        for path, content in contents.items():
            target = self.folder / path
            if not target.is_file() or target.read_bytes() != content:
                self.files.replace(target, content)

    def _write_if_possible(self, pages: Callable[[], Mapping[str, bytes]]) -> None:
        """The fact is acknowledged, whatever becomes of what can be read off it again."""
        try:
            self._write(pages())
        except OSError:
            LOGGER.exception("the projections of %s could not be written: rebuild them later", self.id)

    def close(self) -> None:
        """Let go of the folder; closing twice does nothing."""
        if self._log is not None:
            self._log.close()
            self._log = None
            self._lock.release()

    @property
    def _writer(self) -> EventLog:
        if self._log is None:
            raise RuntimeError(
                f"{self.id} was opened for reading, or closed: use workspace.writer({self.id!r})"
            )
        return self._log
