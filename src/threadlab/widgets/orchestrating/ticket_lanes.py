"""Ticket lanes: who began what, on one time axis.

What a person asked stands at the left, what came by itself at the right, and between them the tickets:
promised by a tool, and later completed by somebody outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.history.history import MAIN, History
from threadlab.history.tickets.ticket import Completion, Issued, TicketRecord
from threadlab.journal.record import Record
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.status_look import StatusLook, look_of

Lane = Literal["person", "outside", "system"]

ORDER: tuple[Lane, ...] = ("person", "outside", "system")  # of what happened at the same instant
PROMISED = StatusLook("promised", "◌", "quiet", "a tool will answer later")
AT_WORK = {"queued": "is about to begin …", "in_progress": "is at work …"}
LEAD = {"person": "", "outside": "    ┊ ", "system": "        "}
LONGEST = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneEntry:
    """Something that happened: when, in whose lane, and in words. `more` is the second line, or empty."""

    at: float
    lane: Lane
    look: StatusLook
    who: str
    text: str
    more: str = ""

    @property
    def time(self) -> str:
        """The time of day, by the service's clock."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%H:%M:%S")


@dataclass(frozen=True, slots=True)
class TicketLanes:
    """The entries, in the order in which they happened."""

    entries: tuple[LaneEntry, ...]

    @property
    def summary(self) -> str:
        """How many user runs there are of each kind, and how many tickets."""
        lanes = [entry.lane for entry in self.entries]
        promised = sum(entry.look is PROMISED for entry in self.entries)
        asked, begun = counted(lanes.count("person"), "user run"), lanes.count("system")
        return f"{asked} by a person, {begun} by the system, {counted(promised, 'ticket')}"

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def ticket_lanes(history: History, branch: str = MAIN) -> TicketLanes:
    """The lanes of a branch, as they are on disk now."""
    tickets = [one for one in history.tickets if one.issued.branch == branch]
    return lanes_of([run.record for run in history.branch(branch)], tickets)


def lanes_of(records: Iterable[Record], tickets: Iterable[TicketRecord]) -> TicketLanes:
    """The lanes of these user runs and tickets. Pure."""
    told = tuple(tickets)
    entries = [*map(_of_user_run, records), *(_promised(one.issued) for one in told)]
    came = ((one.issued, one.completion) for one in told if one.completion is not None)
    entries += [_came(*one) for one in sorted(came, key=lambda pair: pair[1].number)]
    return TicketLanes(tuple(sorted(entries, key=lambda entry: (entry.at, ORDER.index(entry.lane)))))


def render_html(lanes: TicketLanes) -> str:
    """The lanes as HTML that needs nothing else."""
    return styled(html("ticket_lanes.html", lanes=lanes))


def render_text(lanes: TicketLanes) -> str:
    """The lanes as text: the further to the right, the less a person had to do with it."""
    return foreign_text("\n".join(_text(lanes))).plain


def _of_user_run(record: Record) -> LaneEntry:
    look = look_of(record.status)
    answer = first_line(record.output, LONGEST) or AT_WORK.get(record.status, look.word)
    if record.trigger.type == "user":
        asked = first_line(record.received.input, LONGEST)
        return LaneEntry(at=record.created_at, lane="person", look=look, who="you", text=asked, more=answer)
    cause = f"because of {record.trigger.cause}" if record.trigger.cause else ""
    who = f"⚙ {record.trigger.type}"
    return LaneEntry(at=record.created_at, lane="system", look=look, who=who, text=answer, more=cause)


def _promised(issued: Issued) -> LaneEntry:
    return LaneEntry(at=issued.at, lane="outside", look=PROMISED, who="promised", text=issued.about)


def _came(issued: Issued, came: Completion) -> LaneEntry:
    return LaneEntry(
        at=came.at,
        lane="outside",
        look=look_of(came.status),
        who=f"{came.status} by {came.by}",
        text=f"{issued.about}: {first_line(came.text, LONGEST)}",
    )


def _text(lanes: TicketLanes) -> Iterator[str]:
    yield lanes.summary
    for entry in lanes.entries:
        lead = LEAD[entry.lane]
        yield f"{entry.time}  {lead}{entry.look.mark} {entry.who}: {entry.text}"
        if entry.more:
            yield f"{'':8}  {lead}  ↳ {entry.more}"
