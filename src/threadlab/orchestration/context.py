"""Context: the orchestrator's own pen. What it decided goes beside the messages, never among them."""

from __future__ import annotations

from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import ContextFact
from threadlab.journal.decision_log import DECISIONS, DecisionLog


class ContextWriter:
    """Writes the orchestration context of the user run of `scope`: its one writer.

    A user run that is resumed decides again what it decided before, from its own log. So a line that is there
    already, of that kind and at that path, is not written a second time.
    """

    def __init__(self, scope: Scope) -> None:
        directory = scope.open_run.directory
        self.view = OrchestrationContext(directory.id, directory.folder / DECISIONS)
        self._written = {_key(entry.fact) for entry in self.view.entries}
        self._log = DecisionLog(directory)
        self._time = scope.lab.time

    def write(self, fact: ContextFact) -> None:
        """Put a line on disk, unless it is there."""
        if _key(fact) not in self._written:
            self._log.append(fact, self._time.now())
            self._written.add(_key(fact))

    def close(self) -> None:
        """Let go of the file."""
        self._log.close()


def _key(fact: ContextFact) -> tuple[type[ContextFact], str]:
    return type(fact), getattr(fact, "path", "")
