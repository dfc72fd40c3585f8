"""Absent body: stands for a component whose code is not here, so that its user run can at least be ended."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.plan import Rehearsal
from threadlab.history.scope import Scope
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
        scope.raise_unless_allowed()
        yield from ()
        raise component_absent(scope.open_run.record)


def component_absent(record: Record) -> HistoryError:
    """The error for whoever wants to go on with a component's user run by the verbs of a conversation's."""
    body = record.received.body
    return HistoryError(
        f"user run {record.id} executes the component {body!r}, whose code no log holds",
        hint=f"threadlab.flows.RunContext({body}, resume_run_id={record.id!r}) goes on with it, "
        "previous_run_id= reruns it",
    )
