"""Flow body: a component tree as what a user run executes, beside the turn of a conversation.

So a flow's run is a user run like any other: recorded, listed, resumed, rerun, compared.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from threadlab.errors import OutcomeError
from threadlab.flows.component import AgentNode, CommandNode
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus
from threadlab.flows.flow_execution import FlowExecution
from threadlab.flows.flow_rehearsal import FlowRehearsal
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.node_agents import NodeAgent
from threadlab.flows.node_inputs import NodeInputs
from threadlab.flows.node_work import files_of
from threadlab.flows.observability import ObservabilitySettings, recorded_logs
from threadlab.flows.outcome_files import outcome_files
from threadlab.flows.outcome_repository import OutcomeRepository
from threadlab.flows.run_env_params import RunEnvParams
from threadlab.flows.services import Services
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.work.handle import at_work
from threadlab.history.work.interruption import Stopped
from threadlab.history.work.scope import Scope
from threadlab.journal.values import Command
from threadlab.objects.event import Event

Phase = Literal["initialisation", "set-up", "execution", "artifact management", "completion"]
"""The phases of a run, in order; each is a line of its log."""


def phase_line(phase: Phase) -> str:
    """The line that tells of it."""
    return f"phase: {phase}"


@dataclass(slots=True, kw_only=True)
class FlowBody:
    """What one run of a tree needs. Afterwards `result` is the root's, or `error` what ended it."""

    tree: ComponentTree
    node_inputs: NodeInputs
    agents: Mapping[str, NodeAgent]
    bus: EventBus
    project: str
    observability: ObservabilitySettings = field(default_factory=ObservabilitySettings)
    isolation: IsolatedExecution | None = None
    result: Any = None
    error: Exception | None = None
    commands: Sequence[Command] = ()

    @property
    def name(self) -> str:
        """The root's id."""
        return self.tree.root.id

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The run's inputs (JSON)."""
        return self.node_inputs.given

    def order(self, recorded: Sequence[str]) -> tuple[str, ...]:
        """The units as they stand in the tree, each agent call before the tool calls in it."""
        tools: dict[str, list[str]] = {}
        for path in recorded:
            for unit in _above(path):
                tools.setdefault(unit, []).append(path)
        return tuple(path for unit in self.tree.inputs for path in (unit, *self._tools(unit, tools)))

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Name every unit that may run; of a choice that was recorded, only what it chose."""
        FlowRehearsal(self.tree, self.node_inputs, self.agents, rehearsal).go()

    def execute(self, scope: Scope) -> Generator[Event, None, str]:
        """Do it, and leave the outcome, also of a failure. The output is the result, as text."""
        scope.log(phase_line("execution"))
        execution = FlowExecution(
            tree=self.tree,
            inputs=self.node_inputs,
            agents=self.agents,
            env_params=RunEnvParams.of(scope.open_run.directory.folder, self.project),
            bus=self.bus,
            isolation=self.isolation,
            base_dir=self._base_dir(scope),
        )
        self._answer_what_is_given(scope)
        try:
            self.result = self._done(scope, execution)
        except Exception as error:
            self.error = error
            raise
        yield from ()
        return self.result if isinstance(self.result, str) else json.dumps(self.result, ensure_ascii=False)

    def _answer_what_is_given(self, scope: Scope) -> None:
        """Where a run goes on that waited for an input, and was given it: then it is in the log."""
        for asked in scope.open_run.record.interrupts:
            if (answer := self.node_inputs.answers_to(asked)) is not None:
                scope.open_run.answered(asked.id, answer, "given")

    def _done(self, scope: Scope, execution: FlowExecution) -> Any:
        try:
            with (
                Services(scope) as execution.services,
                at_work(scope.handle),
                recorded_logs(self.observability, scope),
            ):
                result = execution.result(scope)
        except (Exception, Stopped):
            self._leave_after_failure(scope, execution)
            raise
        self._leave(scope, execution)
        return result

    def _base_dir(self, scope: Scope) -> Path | None:
        base = scope.open_run.record.received.base
        return scope.open_run.directory.folder.parent / base if base is not None else None

    def _tools(self, unit: str, below: Mapping[str, Sequence[str]]) -> Sequence[str]:
        return below.get(unit, ()) if isinstance(self.tree.paths[unit], AgentNode) else ()

    def _leave(self, scope: Scope, execution: FlowExecution) -> None:
        scope.log(phase_line("artifact management"))
        record, directory = scope.open_run.record, scope.open_run.directory
        commit = OutcomeRepository(execution.env_params.outcome_repo_dir).leave(
            directory.id,
            {
                **outcome_files(record, execution.results, directory.blobs.read),
                **self._written_files(directory.folder),
            },
            message=f"{self.name}, run {directory.id}",
            at=scope.lab.time.now(),
            base=record.received.base,
        )
        scope.log(f"outcome: branch {directory.id}, commit {commit}")
        scope.log(phase_line("completion"))

    def _written_files(self, run_dir: Path) -> dict[str, bytes]:
        """What its commands wrote."""
        commands = (path for path, one in self.tree.paths.items() if isinstance(one, CommandNode))
        return {
            file.relative_to(run_dir).as_posix(): file.read_bytes()
            for path in commands
            for file in sorted(files_of(run_dir, path).rglob("*"))
            if file.is_file() and not file.is_symlink()
        }

    def _leave_after_failure(self, scope: Scope, execution: FlowExecution) -> None:
        """The same, but the failure goes before anything that goes wrong here."""
        try:
            self._leave(scope, execution)
        except (OutcomeError, OSError) as error:
            scope.log(f"the outcome was not left: {error!r}", "error")


def _above(path: str) -> Iterator[str]:
    """For "writer.draft.text": "writer.draft", "writer"."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path
