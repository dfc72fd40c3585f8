"""Tree: the user runs of a workspace as a tree, each below the one that it went on from."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.journal.record import AgentCall, Record
from threadlab.journal.workspace import Standing, Workspace


class Tree:
    """Reads records; those that are over never change, so they are read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._over: dict[str, Record] = {}

    def record(self, id: str) -> Record:
        """What is recorded of a user run. Raises UnknownUserRun."""
        if id not in self._over:
            record = self._workspace.record(id)
            if record.ended_at is None:
                return record
            self._over[id] = record
        return self._over[id]

    def standing(self, id: str) -> Standing:
        """Whether it is over, and if not, whether somebody sees to it. Raises UnknownUserRun."""
        return "over" if id in self._over else self._workspace.standing(id)

    def path(self, id: str | None) -> tuple[Record, ...]:
        """The user runs from the root to this one; none for None."""
        found: list[Record] = []
        while id is not None:
            found.append(self.record(id))
            id = found[-1].parent
        return tuple(reversed(found))

    def children(self, id: str) -> Iterator[Record]:
        """The user runs directly below this one."""
        readable = (one for one in self._workspace.index.list(newest_first=False) if one.is_readable)
        return (self.record(one.id) for one in readable if one.parent == id)

    def thread_of(self, call: AgentCall, by: Record, branch: str) -> str | None:
        """The service's thread of a call, if it was made on that branch: another's is left to that one."""
        origin = self.record(call.reused) if call.reused else by
        return call.thread_id if origin.received.branch == branch else None
