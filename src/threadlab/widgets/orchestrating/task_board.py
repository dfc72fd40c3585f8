"""Task board: who worked on a user run, what deciding took, and what was decided beside what was said.

    turn.orchestration                # shows itself as this board
    views.task_board(turn)            # the same

Three lanes on one time axis: what you said and were told, what the members of the team did, and what the
orchestrator decided, with its reasons. A plain turn has a board, too: nobody decided anything in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.journal.decision import ContextEntry, DecisionTaken, is_deciding
from threadlab.journal.record import AgentCall, Record
from threadlab.journal.workspace import Workspace
from threadlab.widgets.drawing.lane import Bar, Scale, drawn
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.orchestrating.decision_ledger import LedgerEntry, ledger_of

NOT_ASKED = StatusLook("not asked", "·", "quiet", "nobody asked it")
SIGNS: Mapping[str, str] = {"completed": "█", "live": "▒"}
DECIDES = "live"
LEAD = {"said": "", "worked": "    ┊ ", "decided": "        "}


class Orchestrated(Protocol):
    """A user run, as far as its board needs it."""

    @property
    def record(self) -> Record:
        """All that is recorded of it."""
        ...

    @property
    def orchestration(self) -> OrchestrationContext:
        """What was decided in it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A member of the team: when it was at work, how its last call ended, and what all of them took."""

    name: str
    about: str
    look: StatusLook
    bars: tuple[Bar, ...]
    calls: int
    tokens: int
    seconds: float

    @property
    def took(self) -> str:
        """The tokens of all its calls, and how many these are."""
        return f"{self.tokens:,} tokens · {self.calls}×" if self.calls else "not asked"

    @property
    def time(self) -> str:
        """How long it was at work."""
        return seconds(self.seconds) if self.calls else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingBudget:
    """What deciding took of its own budget, in tokens, and what the work took. None is no limit."""

    used: int
    limit: int | None
    work: int
    saved: int

    @property
    def filled(self) -> int:
        """Percent of the budget; without one, of all tokens."""
        whole = self.used + self.work if self.limit is None else self.limit
        return min(100, round(100 * self.used / whole)) if whole else 0

    @property
    def style(self) -> str:
        """Whether it is used up."""
        return "bad" if self.limit is not None and self.used >= self.limit else "live"

    @property
    def words(self) -> str:
        """The figures, in words."""
        of = f" of {self.limit:,}" if self.limit is not None else ""
        saved = f"; about {self.saved:,} were not given again" if self.saved else ""
        return f"deciding took {self.used:,}{of} tokens, the work {self.work:,}{saved}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskBoard:
    """The board of one user run."""

    user_run: str
    look: StatusLook
    summary: str
    budget: DecidingBudget
    workers: tuple[Worker, ...]
    entries: tuple[LedgerEntry, ...]

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def task_board(user_run: Orchestrated) -> TaskBoard:
    """The board of a user run, as it is on disk now."""
    return board_of(user_run.record, user_run.orchestration)


def board_of_context(context: OrchestrationContext) -> TaskBoard:
    """The same for an orchestration context, which stands in its user run's folder."""
    workspace = Workspace(context.file.parent.parent)
    return board_of(workspace.record(context.user_run), context)


def board_of(record: Record, context: OrchestrationContext, now: float = 0.0) -> TaskBoard:
    """The board of what is recorded. What is under way lasts until `now`, at least to the last fact."""
    opened, now = context.opened, max(now, record.entries[-1].at)
    calls = [call for call in record.calls if not call.reused]
    work = sum(call.usage.total_tokens for call in calls if not is_deciding(call.path))
    budget = DecidingBudget(
        used=context.usage.total_tokens,
        limit=opened.budget if opened else None,
        work=work,
        saved=context.saved_tokens,
    )
    return TaskBoard(
        user_run=record.id,
        look=look_of(record.status),
        summary=_summary(context.entries),
        budget=budget,
        workers=tuple(_workers(record, opened.agents if opened else (), now)),
        entries=ledger_of(record, context.entries, now),
    )


def render_html(board: TaskBoard) -> str:
    """The board as HTML that needs nothing else."""
    return styled(html("task_board.html", board=board))


def render_text(board: TaskBoard) -> str:
    """The board as text: the further to the right, the nearer to the orchestrator."""
    return foreign_text("\n".join(_lines(board))).plain


def _summary(entries: Sequence[ContextEntry]) -> str:
    decisions = [one.fact.decision for one in entries if isinstance(one.fact, DecisionTaken)]
    if not decisions:
        return "no decision yet" if entries else "nothing was orchestrated"
    fallbacks = sum(bool(one.fallback) for one in decisions)
    return counted(len(decisions), "decision") + (f", {counted(fallbacks, 'fallback')}" if fallbacks else "")


def _workers(record: Record, roster: Iterable[str], now: float) -> Iterator[Worker]:
    """Whoever was asked, in the order in which that began; then those of the team who were not."""
    made: dict[str, list[AgentCall]] = {}
    for call in record.calls:
        made.setdefault(call.agent, []).append(call)
    ended = max((_ended(call, now) for call in record.calls), default=record.created_at)
    scale = Scale(record.created_at, ended)
    for name, calls in made.items():
        yield _worker(name, calls, scale, record, now)
    left = (name for name in roster if name not in made)
    yield from (
        Worker(name=name, about="", look=NOT_ASKED, bars=(), calls=0, tokens=0, seconds=0.0) for name in left
    )


def _worker(name: str, calls: list[AgentCall], scale: Scale, record: Record, now: float) -> Worker:
    agent = record.config.agents.get(name)
    return Worker(
        name=name,
        about=(agent.model or "") if agent else "",
        look=look_of(calls[-1].status),
        bars=tuple(_bar(call, scale, now) for call in calls),
        calls=len(calls),
        tokens=sum(call.usage.total_tokens for call in calls if not call.reused),
        seconds=sum(_ended(call, now) - call.started_at for call in calls),
    )


def _bar(call: AgentCall, scale: Scale, now: float) -> Bar:
    style = DECIDES if is_deciding(call.path) and call.status == "completed" else look_of(call.status).style
    ended = _ended(call, now)
    words = f"{call.path}: {call.status}, {seconds(ended - call.started_at)}"
    return scale.bar(call.started_at, ended, style, words, SIGNS.get(style, "░"))


def _ended(call: AgentCall, now: float) -> float:
    """When a call was over; `now`, where it goes on."""
    return now if call.status == "in_progress" else call.started_at + call.seconds


def _lines(board: TaskBoard) -> Iterator[str]:
    yield f"{board.look.mark} {board.user_run} {board.look.word} · {board.summary}"
    yield f"  {board.budget.words}"
    widest = max((len(one.name) for one in board.workers), default=0)
    for one in board.workers:
        yield f"  {one.look.mark} {one.name:<{widest}}  {drawn(one.bars):<56}  {one.took}".rstrip()
    for entry in board.entries:
        lead = LEAD[entry.lane]
        yield f"{entry.time}  {lead}{entry.look.mark} {entry.who}: {entry.text}"
        yield from (f"{'':8}  {lead}  ↳ {line}" for line in entry.more)
