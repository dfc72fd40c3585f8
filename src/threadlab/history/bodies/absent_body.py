"""Absent body: stands for a component whose code is not here, so that its user run can at least be ended."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.bodies.orchestration_end import end_orchestration
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.work.interruption import Stopped
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import ORCHESTRATED
from threadlab.journal.record import Record
from threadlab.journal.values import Command
from threadlab.objects.event import Event


@dataclass(frozen=True, slots=True)
class AbsentBody:
    """Does nothing but hear that it is to stop."""

    name: str
    commands: Sequence[Command] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def order(self, recorded: Sequence[str]) -> Sequence[str]:
        """As it was recorded."""
        return recorded

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Nothing is known of it."""

    def execute(self, scope: Scope) -> Generator[Event, None, str]:
        """End as it is asked to."""
        yield from ()
        try:
            scope.raise_unless_allowed()
        except Stopped as stopped:
            end_orchestration(scope.open_run, stopped.status, stopped.reason)
            raise
        raise component_absent(scope.open_run.record)


def component_absent(record: Record) -> HistoryError:
    """The error for whoever wants to go on with a component's user run by the verbs of a conversation's."""
    body = record.received.body
    if body == ORCHESTRATED:
        return HistoryError(
            f"user run {record.id} is orchestrated, and by what is in no log",
            hint=f"history.branch({record.received.branch!r}, orchestrated_by=threadlab.runs.Orchestration("
            "policy=…)) says so; then try again. cancel() ends it as it is",
        )
    return HistoryError(
        f"user run {record.id} executes the component {body!r}, whose code no log holds",
        hint=f"threadlab.flows.RunContext({body}, resume_run_id={record.id!r}) goes on with it, "
        "previous_run_id= reruns it",
    )
