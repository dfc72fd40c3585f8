"""Prune: which user runs may go. Whole ones only, and none that another one stands on.

The head of each branch stays, and what is not over. With every user run that stays, its ancestors stay, for
they are what its agents were told; so do those whose work it took over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.filesize import decimal

from threadlab.errors import HistoryError
from threadlab.following.terminal_text import counted
from threadlab.history.contexts.marks import Marks, is_liked, no_marks
from threadlab.history.contexts.score import Score
from threadlab.history.reading.steps_taken import steps_taken
from threadlab.history.reading.table import Table
from threadlab.journal.branch_log import BranchState
from threadlab.journal.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What is to be kept: a user run stays if any of these holds for it.

    The `newest` so many; those with one of the `tags`, in one of the `groups`, or liked; those whose
    importance `score` is at least so much; those received at or `since` that time (Unix seconds); those of
    these `ids`.
    """

    newest: int = 0
    tags: Collection[str] = ()
    groups: Collection[str] = ()
    liked: bool = True
    score: float | None = None
    since: float | None = None
    ids: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pruning:
    """Which user runs go, children before their parents, and why each of the others stays.

    `aside` names the branch of each one that goes and that its branch led to once: an edit, a rerun or a
    retry of an older user run took its place. `history.branch(name).move_to(id)` keeps it.
    `size` is what those that go take on disk, in bytes, where that was looked at.
    """

    goes: tuple[Record, ...]
    stays: Mapping[str, str]
    aside: Mapping[str, str] = field(default_factory=dict)
    done: bool = False
    size: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of those that go, in the order in which they are removed."""
        return tuple(record.id for record in self.goes)

    def table(self) -> Table:
        """What goes, and what stays and why."""
        gone = "removed" if self.done else "would go"
        going = ((record.id, gone, self._of(record), record.received.input[:60]) for record in self.goes)
        staying = ((id, "stays", why, "") for id, why in self.stays.items())
        return Table(title=self._told, columns=("user run", "", "why", "input"), rows=(*going, *staying))

    @property
    def shown(self) -> str:
        """What is going to be done, on one line."""
        return f"prune: {self}"

    def __repr__(self) -> str:
        why = "" if self.goes or not self.stays else "; .table() says why each"
        return f"{self._told}{why}"

    @property
    def _told(self) -> str:
        verb = "were removed" if self.done else "would go"
        freed = f" ({decimal(self.size)})" if self.size else ""
        aside = sum(record.id in self.aside for record in self.goes)
        once = f", {aside} of them once on a branch that was moved off them" if aside else ""
        return f"{counted(len(self.goes), 'user run')} {verb}{freed}{once}, {len(self.stays)} stay"

    def _of(self, record: Record) -> str:
        branch = self.aside.get(record.id)
        return f"{record.status}; {branch} led to it once" if branch is not None else record.status


def pruning(
    records: Sequence[Record],
    keep: Keep | int,
    *,
    heads: Mapping[str, str],
    marks: Marks = no_marks,
    scores: Mapping[str, Score] | None = None,
    needed: Mapping[str, str] | None = None,
    aside: Mapping[str, str] | None = None,
) -> Pruning:
    """What would go of all the user runs of a workspace. Pure.

    `heads` is the user run at the head of each branch, `aside` which user runs were pushed off which branch,
    `scores` those that are known, by id; `needed` names others that stay, with the reason. Raises
    HistoryError for a `keep` by score without scores, and for a negative number.
    """
    keep = Keep(newest=keep) if isinstance(keep, int) else keep
    if keep.newest < 0 or (keep.score is not None and scores is None):
        raise HistoryError("this cannot be kept to", hint="keep=10 keeps the newest ten; see Keep for more")
    by_id = {record.id: record for record in records}
    stays = dict(needed or {})
    for id, why in _wanted(records, keep, heads, marks, scores or {}):
        stays.setdefault(id, why)
    left = list(stays)
    while left:
        id = left.pop()
        for other, why in _stood_on(by_id.get(id)):
            if other not in stays:
                stays[other] = why
                left.append(other)
    goes = [record for record in records if record.id not in stays]
    goes.sort(key=lambda record: (-len(tuple(_above(by_id, record.id))), record.created_at))
    return Pruning(
        goes=tuple(goes),
        stays={record.id: stays[record.id] for record in records if record.id in stays},
        aside={record.id: aside[record.id] for record in goes if record.id in aside} if aside else {},
    )


def pushed_aside(records: Sequence[Record], states: Iterable[BranchState]) -> dict[str, str]:
    """Which user runs a branch led to once and does not now, each with the branch. Pure."""
    by_id = {record.id: record for record in records}
    found: dict[str, str] = {}
    for state in states:
        now = {state.head, *_above(by_id, state.head or "")}
        for head in (one for one in state.heads if one in by_id):
            found |= {
                id: state.name for id in (head, *_above(by_id, head)) if id is not None and id not in now
            }
    return found


def _wanted(
    records: Sequence[Record],
    keep: Keep,
    heads: Mapping[str, str],
    marks: Marks,
    scores: Mapping[str, Score],
) -> Iterator[tuple[str, str]]:
    """Each user run that stays for its own sake, with the reason; one may come more than once."""
    yield from ((id, f"it is the head of {branch}") for branch, id in heads.items())
    newest = sorted(records, key=lambda one: (one.created_at, one.id), reverse=True)[: keep.newest]
    for record in records:
        said = marks(record.id)
        if record.ended_at is None:
            yield record.id, f"it is not over: {record.status}"
        if record.id in keep.ids:
            yield record.id, "it was named"
        if record in newest:
            yield record.id, f"it is one of the newest {keep.newest}"
        if shared := sorted({*said.tags} & {*keep.tags}):
            yield record.id, f"it is tagged {', '.join(shared)}"
        if shared := sorted({*said.groups} & {*keep.groups}):
            yield record.id, f"it is in group {', '.join(shared)}"
        if keep.liked and is_liked(said):
            yield record.id, "it has good feedback"
        if keep.since is not None and record.created_at >= keep.since:
            yield record.id, "it is new enough"
        if keep.score is not None and record.id in scores and scores[record.id].value >= keep.score:
            yield record.id, f"its score is {scores[record.id].value:.2f}"


def _stood_on(record: Record | None) -> Iterator[tuple[str, str]]:
    """The user runs that this one cannot do without, with the reason."""
    if record is None:
        return
    if record.parent is not None:
        yield record.parent, f"{record.id} stands on it"
    if record.ended_at is None and record.received.base is not None:
        yield record.received.base, f"{record.id} is made from it"
    yield from (
        (step.reused, f"{record.id} took over work of it") for step in steps_taken(record) if step.reused
    )


def _above(by_id: Mapping[str, Record], id: str) -> Iterator[str]:
    """The ancestors of a user run, its parent first, as far as they are there."""
    seen = {id}
    record = by_id.get(id)
    while record is not None and record.parent is not None and record.parent not in seen:
        seen.add(record.parent)
        yield record.parent
        record = by_id.get(record.parent)
