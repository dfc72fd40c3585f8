"""Tickets: the folder `runs/tickets/`, where whoever finishes slow work leaves the result.

    runs/tickets/the-report-k3x9/issued.json      by the tool, before its output goes to the model
                                 completion.json  by whoever is first: a thread, a process, a later kernel
                                 followed_up.json by whoever attends, when the system user run is over

Each file is created whole or not at all, and never again: so a crash leaves one of these three states, and of
two completions one finds that it came second. Nothing here starts a user run: see `attending`.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from threadlab.errors import AlreadyCompleted, UnknownTicket
from threadlab.history.tickets.ticket import Completion, Ending, FollowedUp, Issued, Ticket, TicketRecord
from threadlab.journal.blobs import Blobs
from threadlab.journal.codec import Codec
from threadlab.journal.files import DISK, Files
from threadlab.journal.line_log import broken, line_of, lines
from threadlab.journal.lock import Lock
from threadlab.journal.redaction import Redaction
from threadlab.journal.workspace import Workspace

FOLDER = "tickets"
LONGEST_NAME = 40
_CODEC = Codec((Issued, Completion, FollowedUp))
_NO_WORD = re.compile(r"[^a-z0-9]+")


class Tickets:
    """The tickets of a folder. `folder` is that of the tickets: `Tickets(Path("runs/tickets"))`."""

    def __init__(self, folder: Path, files: Files = DISK) -> None:
        self.folder = Path(folder).absolute()
        self._files = files
        self._blobs = Blobs(self.folder / "artifacts", files)
        self._known: dict[Path, Issued | Completion | FollowedUp] = {}  # a file never changes, so:
        self._there: set[str] = set()
        self._over: set[str] = set()

    @classmethod
    def of(cls, workspace: Workspace) -> Tickets:
        """Those of a workspace."""
        return cls(workspace.folder / FOLDER, workspace.files)

    def issue(
        self,
        about: str,
        *,
        user_run: str,
        branch: str,
        at: float,
        path: str = "",
        agent: str = "",
        within: float | None = None,
    ) -> Ticket:
        """A new ticket, on disk when this returns; `within` so many seconds it has to be completed.

        Its id is made of what it is about and the last signs of its user run's.
        """
        about = Redaction().text(about)
        deadline = None if within is None else at + within
        for name in _names(about, user_run):
            issued = Issued(
                ticket=name,
                about=about,
                user_run=user_run,
                branch=branch,
                at=at,
                path=path,
                agent=agent,
                deadline=deadline,
            )
            try:
                self._create(name, "issued.json", issued)
            except FileExistsError:
                continue
            return Ticket(name, about)
        raise AssertionError("there is always another name")

    def complete(
        self, ticket: Ticket | str, result: Any, *, by: str = "", at: float | None = None
    ) -> Completion:
        """Deliver the result, a text or JSON: from any thread or process, also before the user run is over.

        `by` is who says so, `at` is when, in Unix seconds. Raises UnknownTicket, and AlreadyCompleted for the
        second one, which changes nothing.
        """
        return self._close(ticket, "completed", result, by, at)

    def fail(
        self, ticket: Ticket | str, error: object, *, by: str = "", at: float | None = None
    ) -> Completion:
        """Say that there will be no result, and why. Raises as `complete` does."""
        return self._close(ticket, "failed", str(error), by, at)

    def expire(self, now: float) -> tuple[Completion, ...]:
        """Close each open ticket whose deadline has passed, the earliest first: its follow-up will say so."""
        late = [(until, one) for one in self.open() if (until := one.issued.deadline) and until <= now]
        closed = []
        for until, one in sorted(late, key=lambda pair: (pair[0], pair[1].id)):
            why = f"nobody completed it within {until - one.issued.at:g} s."
            with suppress(AlreadyCompleted):  # at this very moment
                closed.append(self._close(one.id, "expired", why, "its deadline", now))
        return tuple(closed)

    def follow_up(self, ticket: str, user_run: str) -> None:
        """Write down which user run told what came; that it was written down before is fine."""
        try:
            self._create(ticket, "followed_up.json", FollowedUp(ticket=ticket, user_run=user_run))
        except FileExistsError:
            return

    def read(self, ticket: Ticket | str) -> TicketRecord:
        """What is known of a ticket. Raises UnknownTicket, and JournalError for a broken file."""
        name = _name_of(ticket)
        issued = self._file(name, "issued.json")
        if not isinstance(issued, Issued):
            raise UnknownTicket(
                f"there is no ticket {name!r} in {self.folder.parent.name}/{self.folder.name}/",
                hint=f"open are: {', '.join(one.id for one in self.open()) or 'none'}",
            )
        completion = self._file(name, "completion.json")
        followed_up = self._file(name, "followed_up.json") if completion is not None else None
        return TicketRecord(
            issued=issued,
            completion=completion if isinstance(completion, Completion) else None,
            followed_up=followed_up if isinstance(followed_up, FollowedUp) else None,
        )

    def open(self) -> tuple[TicketRecord, ...]:
        """Those for which nothing came yet, the oldest first."""
        return tuple(one for one in self.pending() if one.completion is None)

    def ready(self) -> tuple[TicketRecord, ...]:
        """Those for which something came that the agent was not told yet, in the order of completion."""
        came = [(one.completion.number, one) for one in self.pending() if one.completion is not None]
        return tuple(one for _, one in sorted(came, key=lambda pair: pair[0]))

    def pending(self) -> tuple[TicketRecord, ...]:
        """All that were not followed up yet, the oldest first."""
        names = [one for one in self._ids() if one not in self._over]
        self._over.update(one for one in names if (self.folder / one / "followed_up.json").exists())
        names = [one for one in names if one not in self._over]
        return tuple(sorted(map(self.read, names), key=lambda one: (one.issued.at, one.id)))

    def __iter__(self) -> Iterator[TicketRecord]:
        """All of them, the oldest first."""
        return iter(sorted(map(self.read, self._ids()), key=lambda one: (one.issued.at, one.id)))

    def __getitem__(self, ticket: Ticket | str) -> TicketRecord:
        return self.read(ticket)

    def __repr__(self) -> str:
        listed = [f"{one.id}: {one.status}" for one in self]
        return "\n".join(listed) or "no tickets"

    def _close(
        self, ticket: Ticket | str, status: Ending, result: Any, by: str, at: float | None
    ) -> Completion:
        """Create the completion under the next number. The lock is for the order; the file for the once."""
        name = self.read(ticket).id
        with Lock(self.folder / ".order.lock"):
            completion = Completion(
                ticket=name,
                number=self._last_number() + 1,
                status=status,
                result=result,
                by=by or f"process {os.getpid()}",
                at=time.time() if at is None else at,
            )
            try:
                self._create(name, "completion.json", completion)
            except FileExistsError:
                first = self.read(name).completion
                assert first is not None, "its file is there, whole"
                raise AlreadyCompleted(
                    f"ticket {name!r} was closed before: {first.status} by {first.by} “{first.text:.200}”",
                    hint="the first completion counts, and this one changed nothing",
                ) from None
        return completion

    def _last_number(self) -> int:
        closed = (self._file(one, "completion.json") for one in self._ids())
        return max((one.number for one in closed if isinstance(one, Completion)), default=0)

    def _ids(self) -> list[str]:
        found = os.listdir(self.folder) if self.folder.is_dir() else []
        fresh = (one for one in found if one not in self._there)
        self._there.update(one for one in fresh if (self.folder / one / "issued.json").exists())
        return [one for one in found if one in self._there]

    def _create(self, ticket: str, file: str, content: Issued | Completion | FollowedUp) -> None:
        document = _CODEC.document(content)
        self._files.create(self.folder / ticket / file, line_of(document, self._blobs))

    def _file(self, ticket: str, file: str) -> Issued | Completion | FollowedUp | None:
        path = self.folder / ticket / file
        if path not in self._known:
            for _, document in lines(path, self._blobs):
                try:
                    self._known[path] = _CODEC.read(document)
                except (ValueError, TypeError, KeyError) as error:
                    raise broken(path, 0, str(error)) from error
        return self._known.get(path)


def _name_of(ticket: Ticket | str) -> str:
    name = ticket.id if isinstance(ticket, Ticket) else ticket
    if not name or _NO_WORD.sub("-", name) != name:
        raise UnknownTicket(f"{name!r} is no ticket's id", hint="take the one that the tool got: ticket.id")
    return name


def _names(about: str, user_run: str) -> Iterator[str]:
    """What the ticket may be called: the words of what it is about, and the user run's last four signs."""
    words = _NO_WORD.sub("-", about.lower())[:LONGEST_NAME].strip("-") or "ticket"
    name = f"{words}-{user_run.rpartition('-')[2]}"
    yield name
    yield from (f"{name}-{number}" for number in count(2))
