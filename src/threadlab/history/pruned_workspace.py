"""Pruned workspace: what `prune` plans, done to a whole folder, one user run after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from threadlab.errors import JournalError, LeaseHeld
from threadlab.history.contexts.score import Score, scores_on
from threadlab.history.plans.prune import Keep, Pruning, pruning, pushed_aside
from threadlab.history.tickets.tickets import Tickets
from threadlab.history.tree import Tree
from threadlab.journal.record import Record
from threadlab.journal.workspace import Workspace


def prune(
    workspace: Workspace,
    tree: Tree,
    keep: Keep | int,
    *,
    dry_run: bool = False,
    on_plan: Callable[[Pruning], object] | None = None,
) -> Pruning:
    """Remove the user runs that nothing asks to keep; with `dry_run` only say which.

    `on_plan` is shown what is going to be removed, before it is; what it raises has nothing done.

    Each is removed whole, children before their parents: whatever ends this halfway leaves a workspace that
    is whole, and doing it again goes on. One that is at work stays, and what it stands on. A log that cannot
    be read stays, and with it everything: what it stands on is not known. Raises JournalError then.
    """
    records = _readable(workspace, tree)
    states = tuple(workspace.branches.read(name) for name in workspace.branches.names())
    heads = {state.name: state.head for state in states if state.head is not None}
    found = pruning(
        records,
        keep,
        heads=heads,
        aside=pushed_aside(records, states),
        needed={
            one.issued.user_run: f"its ticket {one.id} is open" for one in Tickets.of(workspace).pending()
        },
        marks=workspace.annotations,
        scores=all_scores(workspace, tree, records)
        if isinstance(keep, Keep) and keep.score is not None
        else None,
    )
    found = replace(found, size=sum(_size(workspace.folder / record.id) for record in found.goes))
    if dry_run:
        return found
    if on_plan is not None:
        on_plan(found)
    return _carried_out(workspace, found)


def all_scores(workspace: Workspace, tree: Tree, records: Sequence[Record]) -> dict[str, Score]:
    """The score of each user run; the best of its scores where several paths lead on from it."""
    parents = {record.parent for record in records}
    best: dict[str, Score] = {}
    for leaf in (record for record in records if record.id not in parents):
        for id, one in scores_on(tree.path(leaf.id), workspace.annotations).items():
            best[id] = max(best.get(id, one), one, key=lambda score: score.value)
    return best


def _readable(workspace: Workspace, tree: Tree) -> tuple[Record, ...]:
    try:
        return tuple(tree.record(id) for id in workspace.ids())
    except JournalError as error:
        error.hint = f"nothing was removed. {error.hint}"
        raise


def _carried_out(workspace: Workspace, found: Pruning) -> Pruning:
    stays: dict[str, str] = dict(found.stays)
    gone: list[Record] = []
    needed: set[str] = set()
    for record in found.goes:
        if record.id in needed:
            stays[record.id] = "another one stands on it"
        else:
            try:
                workspace.remove(record.id)
                gone.append(record)
                continue
            except LeaseHeld:
                stays[record.id] = "a process is at work on it"
        needed |= {record.parent} if record.parent else set()
    return replace(found, goes=tuple(gone), stays=stays, done=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
