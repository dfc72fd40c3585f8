"""Flow body: a component tree as what a user run executes, beside the turn of a conversation.

So a flow's run is a user run like any other: recorded, listed, resumed, rerun, compared.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from threadlab.errors import NotFound, OutcomeError, ServiceError
from threadlab.flows.component import AgentNode, CommandNode, Component, Conditional, Unit, children_of
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus
from threadlab.flows.flow_execution import FlowExecution
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.node_agents import NodeAgent
from threadlab.flows.node_inputs import NodeInputs
from threadlab.flows.node_work import files_of
from threadlab.flows.observability import ObservabilitySettings, recorded_logs
from threadlab.flows.outcome_files import outcome_files
from threadlab.flows.outcome_repository import OutcomeRepository
from threadlab.flows.run_env_params import RunEnvParams
from threadlab.history.handle import at_work
from threadlab.history.interruption import Stopped
from threadlab.history.plan import Rehearsal
from threadlab.history.scope import Scope
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
        for path in self._units(rehearsal, self.tree.root, self.tree.root.id):
            component = self.tree.paths[path]
            if isinstance(component, AgentNode):
                rehearsal.agent_call(path, path, component.prompt)
            else:
                rehearsal.unit(path)

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
        try:
            self.result = self._done(scope, execution)
        except Exception as error:
            self.error = error
            raise
        yield from ()
        return self.result if isinstance(self.result, str) else json.dumps(self.result, ensure_ascii=False)

    def _done(self, scope: Scope, execution: FlowExecution) -> Any:
        try:
            with at_work(scope.handle), recorded_logs(self.observability, scope):
                result = execution.result(scope)
        except (Exception, Stopped):
            self._leave_after_failure(scope, execution)
            raise
        finally:
            _delete_made_agents(scope)
        self._leave(scope, execution)
        return result

    def _units(self, rehearsal: Rehearsal, component: Component, path: str) -> Iterator[str]:
        children = children_of(component)
        if isinstance(component, Unit):
            yield path
        if isinstance(component, Conditional) and rehearsal.allows(path):
            units = rehearsal.base.of.units if rehearsal.base.of else ()
            chosen = [unit.result for unit in units if unit.path == path and unit.status == "completed"]
            children = tuple(child for child in children if not chosen or child.id == chosen[-1])
        for child in children:
            yield from self._units(rehearsal, child, f"{path}.{child.id}")

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


def _delete_made_agents(scope: Scope) -> None:
    """Delete the agents that the service had to make for this run's nodes alone."""
    for agent_id in scope.agents.made:
        try:
            scope.lab.delete_agent(agent_id)
        except NotFound:
            continue  # somebody was faster
        except ServiceError as error:
            scope.log(f"agent {agent_id} was not deleted: {error.message}", "warning")
