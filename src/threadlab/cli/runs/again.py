"""Again: a recorded user run, a turn's or a flow's, made again or gone on with from the command line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from threadlab.errors import FlowError
from threadlab.flows.importable import SETTING, imported
from threadlab.flows.run_context import RunContext
from threadlab.flows.runner import AgentRunner
from threadlab.history.bodies.turn import TURN
from threadlab.history.history import History
from threadlab.history.plans.plan import Plan
from threadlab.history.user_run import UserRun
from threadlab.journal.record import Record

Verb = Literal["rerun", "retry", "resume"]


class Again(Protocol):
    """What is about to be made again, or gone on with."""

    def plan(self) -> Plan:
        """What that would take over, and execute. Writes nothing."""
        ...

    def made(self) -> Record:
        """The user run when it is over, or waits for an answer. Shows its plan first."""
        ...


@dataclass(frozen=True, slots=True)
class TurnAgain:
    """A turn: a rerun from a unit of work on, a retry, or itself where it was left.

    Needs the functions that its agents were given, which only a program has: ToolDefinitionError without.
    """

    user_run: UserRun
    verb: Verb
    start: str | None

    def plan(self) -> Plan:
        """What would be taken over, and executed."""
        return self.user_run.plan(self.verb, self.start)

    def made(self) -> Record:
        """Make it, or go on with it."""
        if self.verb == "retry":
            return self.user_run.retry().record
        return (self.user_run.resume() if self.verb == "resume" else self.user_run.rerun(self.start)).record


@dataclass(frozen=True, slots=True)
class FlowAgain:
    """A component's run, in a context of its own."""

    context: RunContext

    def plan(self) -> Plan:
        """What would be taken over, and executed."""
        return self.context.plan()

    def made(self) -> Record:
        """Make it, or go on with it. What failed in it is raised as it was."""
        with self.context:
            AgentRunner(self.context.tree.root, self.context).run()
        return self.context.record


def again(history: History, record: Record, verb: Verb, start: str | None, component: str | None) -> Again:
    """The user run made again or gone on with. Raises FlowError where nobody says where its component is."""
    if record.received.body == TURN:
        return TurnAgain(history.user_run(record.id), verb, start)
    settings = record.config.settings
    place = component or settings.get(SETTING, "")
    if not place:
        raise FlowError(
            f"{record.id} does not say where its component {record.received.body!r} can be imported from",
            hint=f"--component module:name tells it, such as --component flows:{record.received.body}",
        )
    if (here := str(Path.cwd())) not in sys.path:  # as `python -m` has it; a command begins elsewhere
        sys.path.insert(0, here)
    return FlowAgain(
        RunContext(
            imported(place),
            project_root=history.folder.parent,
            run_root=history.folder,
            lab=history.lab,
            previous_run_id=None if verb == "resume" else record.id,
            resume_run_id=record.id if verb == "resume" else None,
            start_hierarchy_path=start,
            profile=settings.get("profile", "default"),
            branch=record.received.branch,
        )
    )
