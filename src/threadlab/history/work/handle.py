"""Handle: what a tool sees of the user run that it works in.

@tool
def remember(fact: str) -> str:
    \"\"\"Remember a fact.\"\"\"
    current_user_run().promote("fact", fact)
    return "remembered"
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.tickets.ticket import Ticket
from threadlab.history.tickets.tickets import Tickets
from threadlab.history.work.budget import Budget
from threadlab.history.work.open_run import OpenRun
from threadlab.journal.fact import ArtifactKept, Logged, Promoted, ScratchSet, TicketIssued
from threadlab.journal.record import Record

_AT_WORK: ContextVar[CurrentUserRun] = ContextVar("threadlab.user_run")
_CALL: ContextVar[str] = ContextVar("threadlab.agent_call", default="")


class Scratch(Mapping[str, Any]):
    """The user run's own state: set here, seen here, absent in every other user run. Values are JSON."""

    def __init__(self, open_run: OpenRun) -> None:
        self._open_run = open_run

    def __getitem__(self, key: str) -> Any:
        return self._open_run.record.scratch[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._open_run.write(ScratchSet(key=key, value=_as_json(key, value)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._open_run.record.scratch)

    def __len__(self) -> int:
        return len(self._open_run.record.scratch)


class CurrentUserRun:
    """The handle of a user run at work. Everything that it is told is on disk when the verb returns.

    `earlier` are the user runs before it, root first; `scratch` is its own state, `state` what it and those
    before it promoted.
    """

    def __init__(
        self,
        open_run: OpenRun,
        earlier: tuple[Record, ...],
        left: Callable[[], Budget],
        tickets: Tickets,
    ) -> None:
        self._open_run = open_run
        self._left = left
        self._tickets = tickets
        self.earlier = earlier
        self.scratch = Scratch(open_run)

    @property
    def id(self) -> str:
        """The user run's id."""
        return self._open_run.directory.id

    @property
    def branch(self) -> str:
        """The name of its branch."""
        return self._open_run.record.received.branch

    @property
    def record(self) -> Record:
        """All that was recorded of it so far."""
        return self._open_run.record

    @property
    def budget(self) -> Budget:
        """What is left of its budget."""
        return self._left()

    @property
    def state(self) -> Mapping[str, Any]:
        """What was promoted, by it and by the user runs before it; the latest value of each key."""
        promoted = (record.promoted for record in (*self.earlier, self.record))
        return {key: value for one in promoted for key, value in one.items()}

    def promote(self, key: str, value: Any) -> None:
        """Have later user runs below this one see a value (JSON)."""
        self._open_run.write(Promoted(key=key, value=_as_json(key, value)))

    def keep(
        self, name: str, content: bytes, media_type: str = "application/octet-stream", path: str = ""
    ) -> ArtifactKept:
        """Keep a file with the user run, under the hash of what it holds.

        `path` is the unit of work that made it, else the agent call at work: whoever reuses that has it too.
        """
        return self._open_run.keep(name, content, media_type, path or _CALL.get())

    def log(self, text: str, level: str = "info", path: str = "") -> None:
        """Write a line into its log."""
        self._open_run.write(Logged(level=level, text=text, path=path))

    def ticket(self, about: str, *, within: float | None = None) -> Ticket:
        """A ticket for what takes longer than a user run should: return it from the tool, and answer later.

            return current_user_run().ticket("the report")

        Whoever has the result says `history.tickets.complete(ticket.id, result)`; then a system user run
        tells the same agent. `within` so many seconds somebody must, or it is told that nobody did.
        """
        self._open_run.check_open()
        path, record = _CALL.get(), self.record
        ticket = self._tickets.issue(
            about,
            user_run=self.id,
            branch=self.branch,
            at=self._open_run.time.now(),
            path=path,
            agent=next((call.agent for call in record.calls if call.path == path), ""),
            within=within,
        )
        self._open_run.write(TicketIssued(ticket=ticket.id, path=path, about=ticket.about))
        return ticket

    def __repr__(self) -> str:
        return f"<{self.id} on branch {self.branch!r}, at work>"


def current_user_run() -> CurrentUserRun:
    """The user run that a tool works in. Raises HistoryError outside of one, and in a subprocess."""
    try:
        return _AT_WORK.get()
    except LookupError:
        raise HistoryError(
            "this code does not work in a user run",
            hint="call it from a tool that an agent of a branch calls; a tool in a subprocess has no handle",
        ) from None


@contextmanager
def at_work(handle: CurrentUserRun, path: str = "") -> Iterator[None]:
    """What is called in here, and in threads that inherit its context, works in that user run.

    `path` is that of the agent call whose tools they are.
    """
    user_run, call = _AT_WORK.set(handle), _CALL.set(path)
    try:
        yield
    finally:
        _CALL.reset(call)
        _AT_WORK.reset(user_run)


def _as_json(key: str, value: Any) -> Any:
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise HistoryError(
            f"the value of {key!r} cannot be kept: {error}", hint="keep JSON: texts, numbers, lists, dicts"
        ) from None
