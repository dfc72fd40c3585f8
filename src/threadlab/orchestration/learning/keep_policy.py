"""Keep policy: which orchestration contexts stay whole, which are made short, which go.

A context that is made short still answers who, how and why for each decision, in a line; what it loses is the
texts of the members and the arguments. The user run itself, its messages and its log, stay as they are:
`history.prune` is for those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Flag, auto
from typing import Literal

from threadlab.errors import HistoryError, LeaseHeld
from threadlab.history.bodies.orchestration import FILE, OrchestrationContext
from threadlab.history.reading.table import Table
from threadlab.journal.decision_log import decision_lines
from threadlab.journal.lock import Lock
from threadlab.journal.run_directory import LOCK, RunDirectory
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.learning.compacted import compacted, is_compacted

KEEP_LAST = 50


class KeepIf(Flag):
    """Which contexts stay whole, however old: `KeepIf.RATED | KeepIf.FAILED`."""

    NONE = 0
    RATED = auto()
    FAILED = auto()


Otherwise = Literal["compact", "remove"]
Becomes = Literal["stays", "compacted", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the policy asks of a context. `at` is when its user run came in, `size` the bytes of its file."""

    user_run: str
    at: float
    size: int
    is_over: bool = True
    is_rated: bool = False
    is_failed: bool = False
    is_compacted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What becomes of one context, and why, with its bytes before and after."""

    user_run: str
    becomes: Becomes
    why: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Archiving:
    """What a policy does to the contexts of a workspace, the newest first; `done` if it did it."""

    contexts: tuple[Kept, ...]
    done: bool = False

    @property
    def before(self) -> int:
        """The bytes of all contexts before."""
        return sum(one.before for one in self.contexts)

    @property
    def after(self) -> int:
        """The bytes of all contexts after."""
        return sum(one.after for one in self.contexts)

    def table(self) -> Table:
        """One row for each context."""
        return Table(
            title=str(self),
            columns=("user run", "context", "why", "bytes before", "bytes after"),
            rows=tuple((one.user_run, one.becomes, one.why, one.before, one.after) for one in self.contexts),
        )

    def __repr__(self) -> str:
        became = [one.becomes for one in self.contexts]
        counts = {name: became.count(name) for name in dict.fromkeys(became)}
        told = ", ".join(f"{number} {name}" for name, number in counts.items()) or "no contexts"
        return f"{'' if self.done else 'would be: '}{told}; {self.before} bytes before, {self.after} after"


def archive_contexts(
    workspace: Workspace,
    *,
    keep_last: int = KEEP_LAST,
    keep_if: KeepIf = KeepIf.RATED | KeepIf.FAILED,
    otherwise: Otherwise = "compact",
    dry_run: bool = False,
) -> Archiving:
    """Keep the newest contexts whole, and those that `keep_if` names; make the others short, or remove them.

    With `dry_run` it only says what it would do. A user run that is not over, or that a process is at work
    on, keeps its context. Raises HistoryError for a negative number.
    """
    planned = kept(tuple(_stored(workspace)), keep_last=keep_last, keep_if=keep_if, otherwise=otherwise)
    return Archiving(
        contexts=tuple(_carried_out(workspace, one, becomes, why, dry_run) for one, becomes, why in planned),
        done=not dry_run,
    )


def kept(
    contexts: Iterable[Stored], *, keep_last: int, keep_if: KeepIf, otherwise: Otherwise
) -> tuple[tuple[Stored, Becomes, str], ...]:
    """What becomes of each context and why, the newest first. Pure. Raises HistoryError for less than 0."""
    if keep_last < 0:
        raise HistoryError(f"{keep_last} contexts cannot be kept", hint="keep_last=50 keeps the newest fifty")
    newest_first = sorted(contexts, key=lambda one: (one.at, one.user_run), reverse=True)
    planned: list[tuple[Stored, Becomes, str]] = []
    for place, one in enumerate(newest_first):
        why = _why_it_stays(one, place, keep_last, keep_if)
        if not why and otherwise == "compact" and one.is_compacted:
            why = "it is short already"
        if why:
            planned.append((one, "stays", why))
        else:
            planned.append((one, "removed" if otherwise == "remove" else "compacted", "nothing keeps it"))
    return tuple(planned)


def _why_it_stays(one: Stored, place: int, keep_last: int, keep_if: KeepIf) -> str:
    if not one.is_over:
        return "its user run is not over"
    if place < keep_last:
        return f"it is one of the newest {keep_last}"
    if KeepIf.RATED in keep_if and one.is_rated:
        return "it was rated"
    return "its user run failed" if KeepIf.FAILED in keep_if and one.is_failed else ""


def _stored(workspace: Workspace) -> Iterator[Stored]:
    """The contexts of user runs that were orchestrated."""
    for id in workspace.ids():
        file = workspace.open(id).folder / FILE
        if not file.is_file() or not file.stat().st_size:
            continue
        record = workspace.record(id)
        yield Stored(
            user_run=id,
            at=record.created_at,
            size=file.stat().st_size,
            is_over=record.ended_at is not None,
            is_rated=bool(workspace.annotations(id).feedback),
            is_failed=record.status != "completed",
            is_compacted=is_compacted(OrchestrationContext(id, file).entries),
        )


def _carried_out(workspace: Workspace, one: Stored, becomes: Becomes, why: str, dry_run: bool) -> Kept:
    after = one.size
    if becomes != "stays":
        directory = workspace.open(one.user_run)
        content = b"" if becomes == "removed" else _short(directory, one.size)
        after = len(content)
        if not dry_run:
            lock = Lock(directory.folder / LOCK)
            try:
                lock.acquire(f"user run {one.user_run}")
                workspace.files.replace(directory.folder / FILE, content)
            except LeaseHeld:
                becomes, why, after = "stays", "a process is at work on it", one.size
            finally:
                lock.release()
    return Kept(user_run=one.user_run, becomes=becomes, why=why, before=one.size, after=after)


def _short(directory: RunDirectory, size: int) -> bytes:
    entries = OrchestrationContext(directory.id, directory.folder / FILE).entries
    return decision_lines(compacted(entries, size), directory.blobs)
