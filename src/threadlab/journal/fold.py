"""Fold: entries in, a record out. The same entries give the same record, always.

A growing record costs the same for each entry, however long its log is: agent calls and units are found by
their paths, and are put into a tuple only when the record is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import singledispatch

from threadlab.errors import JournalError
from threadlab.journal.fact import (
    Answered,
    ArtifactKept,
    Began,
    CallEnded,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Entry,
    Fact,
    Interrupted,
    Observed,
    Planned,
    Promoted,
    Received,
    ScratchSet,
    SummaryWritten,
    TicketIssued,
    UnitEnded,
    UnitStarted,
)
from threadlab.journal.fixed import Fixed
from threadlab.journal.fold_call import ended, observed, started, tied
from threadlab.journal.record import AgentCall, Interrupt, QueueEntry, Record, Unit
from threadlab.journal.replaced import replaced

COMPLETED = "completed"
ABANDONED = "abandoned"
"""The status of an agent call that a crash cut off, and that was made again: its steps and its cost stay."""


def fold(entries: Iterable[Entry]) -> Record:
    """The record that these entries tell. Raises JournalError unless the first is `Received`."""
    told = iter(entries)
    growing = GrowingRecord(next(told, None))
    for entry in told:
        growing.add(entry)
    return growing.record


class GrowingRecord:
    """A record that entries are added to. Raises JournalError unless the first is `Received`."""

    def __init__(self, first: Entry | None) -> None:
        if first is None or not isinstance(first.fact, Received):
            raise JournalError(
                "a user run's log does not begin with what was received, so there is no record of it",
                hint="nothing was ever accepted here: the folder can be removed",
            )
        self._rest = _begun(first.fact, first.at)
        self._entries = [first]
        self._calls: dict[tuple[str, int], AgentCall] = {}
        self._times: Counter[str] = Counter()
        self._units: dict[str, Unit] = {}
        self._record: Record | None = None

    @property
    def record(self) -> Record:
        """The record of all entries so far."""
        if self._record is None:
            self._record = replaced(
                self._rest,
                calls=tuple(self._calls.values()),
                units=tuple(self._units.values()),
                entries=tuple(self._entries),
            )
        return self._record

    @property
    def status(self) -> str:
        """That of the record."""
        return self._rest.status

    def add(self, entry: Entry) -> None:
        """One more entry."""
        self._entries.append(entry)
        self._record = None
        self._add(entry.fact, entry.at)

    def call(self, path: str) -> AgentCall | None:
        """The agent call at that path: the latest, where it was asked again; None if there is none."""
        return self._calls.get((path, self._times[path]))

    def unit(self, path: str) -> Unit | None:
        """The unit of another kind at that path; None if there is none."""
        return self._units.get(path)

    @property
    def body(self) -> str:
        """What the user run executes."""
        return self._rest.received.body

    def _add(self, fact: Fact, at: float) -> None:
        match fact:
            case CallStarted():
                self._start_call(fact, at)
            case CallTied():
                self._change(fact.path, lambda call: tied(call, fact))
            case Observed():
                self._change(fact.path, lambda call: observed(call, fact))
            case CallEnded():
                self._change(fact.path, lambda call: ended(call, fact))
            case UnitStarted():
                self._start_unit(fact, at)
            case UnitEnded():
                self._end_unit(fact)
            case _:
                self._rest = _fold(fact, self._rest, at)

    def _start_call(self, fact: CallStarted, at: float) -> None:
        before, key = self.call(fact.path), (fact.path, self._times[fact.path])
        if before is not None and before.status == "in_progress":
            if before.thread_id is None or before.reused:  # the service did nothing for it
                del self._calls[key]
            else:
                self._calls[key] = replaced(before, status=ABANDONED)
        self._times[fact.path] += 1
        self._calls[fact.path, self._times[fact.path]] = started(fact, at)

    def _start_unit(self, fact: UnitStarted, at: float) -> None:
        self._units.pop(fact.path, None)  # it was cut off, and begins again behind the others
        self._units[fact.path] = Unit(
            path=fact.path, request=fact.request, kind=fact.kind, started_at=at, reused=fact.reused
        )

    def _end_unit(self, fact: UnitEnded) -> None:
        if (unit := self._units.get(fact.path)) is not None:
            self._units[fact.path] = replaced(
                unit,
                status=fact.status,
                result=fact.result,
                error=fact.error,
                seconds=fact.seconds,
                reused=fact.reused or unit.reused,
            )

    def _change(self, path: str, change: Callable[[AgentCall], AgentCall]) -> None:
        if (call := self.call(path)) is not None:
            self._calls[path, self._times[path]] = change(call)


def _begun(received: Received, at: float) -> Record:
    """The record of a log with its first entry alone."""
    return Record(
        received=received,
        created_at=at,
        status="queued",
        parent=received.parent,
        queue=tuple(QueueEntry(command=command) for command in received.commands),
    )


@singledispatch
def _fold(fact: Fact, record: Record, at: float) -> Record:
    return record


@_fold.register
def _(fact: Planned, record: Record, at: float) -> Record:
    return replaced(record, plan=fact)


@_fold.register
def _(fact: Began, record: Record, at: float) -> Record:
    if record.started_at is None:
        record = replaced(record, started_at=at, parent=fact.parent)
    return _live(record)


@_fold.register
def _(fact: CommandStarted, record: Record, at: float) -> Record:
    return _with_command(record, fact.position, "active")


@_fold.register
def _(fact: CommandEnded, record: Record, at: float) -> Record:
    return _with_command(record, fact.position, fact.status)


@_fold.register
def _(fact: Interrupted, record: Record, at: float) -> Record:
    interrupt = Interrupt(
        id=fact.id,
        kind=fact.kind,
        question=fact.question,
        detail=fact.detail,
        raised_at=at,
        deadline=fact.deadline,
    )
    others = tuple(one for one in record.interrupts if one.id != fact.id)
    return _live(replaced(record, interrupts=(*others, interrupt)))


@_fold.register
def _(fact: Answered, record: Record, at: float) -> Record:
    interrupts = tuple(
        replaced(one, answer=fact.answer, by=fact.by) if one.id == fact.id else one
        for one in record.interrupts
    )
    return _live(replaced(record, interrupts=interrupts))


@_fold.register
def _(fact: TicketIssued, record: Record, at: float) -> Record:
    return replaced(record, tickets=(*record.tickets, fact.ticket))


@_fold.register
def _(fact: SummaryWritten, record: Record, at: float) -> Record:
    return replaced(record, summaries=(*record.summaries, fact))


@_fold.register
def _(fact: ArtifactKept, record: Record, at: float) -> Record:
    return replaced(record, artifacts=(*record.artifacts, fact))


@_fold.register
def _(fact: ScratchSet, record: Record, at: float) -> Record:
    return replaced(record, scratch=Fixed({**record.scratch, fact.key: fact.value}))


@_fold.register
def _(fact: Promoted, record: Record, at: float) -> Record:
    return replaced(record, promoted=Fixed({**record.promoted, fact.key: fact.value}))


@_fold.register
def _(fact: Ended, record: Record, at: float) -> Record:
    return replaced(
        record,
        status=_final(fact.status, record.queue),
        ended_at=at,
        output=fact.output,
        error=fact.error,
        reason=fact.reason,
        decisions=fact.decisions,
    )


def _final(told: str, queue: tuple[QueueEntry, ...]) -> str:
    """The status at the end: never completed where a command failed or was not done."""
    undone = next((one.status for one in queue if one.status != COMPLETED), COMPLETED)
    if told != COMPLETED or undone == COMPLETED:
        return told
    return "incomplete" if undone in ("pending", "active") else undone


def _live(record: Record) -> Record:
    """The record with the status of one that is not over: does it wait for an answer?"""
    if record.started_at is None or record.ended_at is not None:
        return record
    waits = any(one.answer is None for one in record.interrupts)
    return replaced(record, status="requires_action" if waits else "in_progress")


def _with_command(record: Record, position: int, status: str) -> Record:
    queue = tuple(
        replaced(one, status=status) if number == position else one
        for number, one in enumerate(record.queue, 1)
    )
    return replaced(record, queue=queue)
