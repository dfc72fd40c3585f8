"""Flow execution: a component tree, done once. Each unit asks its scope first, which may know its result.

Nothing is decided here about reuse, and nothing is written: that is the scope's. A failure leaves by its own
exception, and nothing behind it in a flow is begun.
"""

from __future__ import annotations

import contextvars
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast

from threadlab.errors import FlowError
from threadlab.flows.component import (
    AgentNode,
    CommandNode,
    Component,
    Conditional,
    Flow,
    Parallel,
    PythonNode,
    Recorded,
    Unit,
)
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.flows.event_bus import EventBus, NodeEnded, NodeFailed, NodeStarted
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.node_agents import NodeAgent
from threadlab.flows.node_inputs import NodeInputs
from threadlab.flows.node_work import call, files_of, run_command
from threadlab.flows.parameters import as_json, typed
from threadlab.flows.run_env_params import RunEnvParams
from threadlab.flows.services import Services
from threadlab.flows.static_inputs import holds_hidden
from threadlab.flows.template import filled, names_in
from threadlab.flows.unit_request import unit_request
from threadlab.history.work.scope import Scope


@dataclass(slots=True, kw_only=True)
class FlowExecution:
    """A tree with all that it needs to run once; `results` are those so far, by path.

    `isolation` is where its functions and commands run: without one in this process, and each command in its
    node's own folder. `base_dir` is the folder of the run that results are taken from. `services` are where
    its agents are asked; without them all are asked at the run's own.
    """

    tree: ComponentTree
    inputs: NodeInputs
    agents: Mapping[str, NodeAgent]
    env_params: RunEnvParams
    bus: EventBus
    isolation: IsolatedExecution | None = None
    base_dir: Path | None = None
    services: Services | None = None
    results: dict[str, Any] = field(default_factory=dict)

    def result(self, scope: Scope) -> Any:
        """The root's result, as JSON carries it. Raises what the first failing unit raised.

        Where several failed at the same time it is an ExceptionGroup of their errors.
        """
        return self._component(scope, self.tree.root, self.tree.root.id)

    def _component(self, scope: Scope, component: Component, path: str) -> Any:
        scope.raise_unless_allowed()
        match component:
            case Flow():
                for child in component.children:
                    result = self._component(scope, child, f"{path}.{child.id}")
            case Parallel():
                result = self._at_the_same_time(scope, component, path)
            case Conditional():
                result = self._chosen(scope, component, path)
            case _:
                result = self._unit(scope, cast(Unit, component), path)
        self.results[path] = result
        return result

    def _at_the_same_time(self, scope: Scope, parallel: Parallel, path: str) -> dict[str, Any]:
        """The children's results by id, once all are over."""
        with ThreadPoolExecutor(min(parallel.at_once, len(parallel.children)), path) as threads:
            promises = {
                child.id: threads.submit(
                    contextvars.copy_context().run, self._component, scope, child, f"{path}.{child.id}"
                )
                for child in parallel.children
            }
        errors = [error for promise in promises.values() if (error := promise.exception()) is not None]
        for error in errors:
            if len(errors) == 1 or not isinstance(error, Exception):  # a pause or a stop goes before failures
                raise error
        if errors:
            raise ExceptionGroup(f"components of {path} failed", cast(list[Exception], errors))
        return {id_: promise.result() for id_, promise in promises.items()}

    def _chosen(self, scope: Scope, choice: Conditional, path: str) -> Any:
        id_ = self._unit(scope, choice, path)
        children = {child.id: child for child in choice.children}
        if id_ is None:
            return None
        return self._component(scope, children[id_], f"{path}.{id_}")

    def _unit(self, scope: Scope, unit: Unit, path: str) -> Any:
        given = self.inputs.of(scope, path, self.results)
        self._tell(scope, NodeStarted(path=path, inputs=deepcopy(given)))
        try:
            result = self._done(scope, unit, path, given)
        except Exception as error:
            self._tell(scope, NodeFailed(path=path, error=error))
            raise
        self._tell(scope, NodeEnded(path=path, result=deepcopy(result)))
        return result

    def _done(self, scope: Scope, unit: Unit, path: str, given: Mapping[str, Any]) -> Any:
        if isinstance(unit, AgentNode):
            node = self.agents[path]
            prompt = self._prompt(scope, unit, path, given)
            there = self.services.at(node.target) if self.services else scope
            return there.agent_call(path, path, prompt, node.options, node.tools).output
        if isinstance(unit, CommandNode):
            return self._command(scope, unit, path, given)
        return self._made(scope, unit, path, given, partial(self._call, unit, path, given))[0]

    def _prompt(self, scope: Scope, node: AgentNode, path: str, given: Mapping[str, Any]) -> str:
        """The prompt; one that names the run is that of the run whose answer is taken over, if one is."""
        if self.base_dir is not None and "run" in names_in(node.prompt):
            before = scope.base.call_at(scope.at(path))
            made_in = (before.reused if before else "") or self.base_dir.name
            prompt = filled(node.prompt, {**given, "run": self.env_params.of_run(made_in)})
            if scope.would_take_over(path, path, prompt, self.agents[path].options):
                return prompt
        return filled(node.prompt, {**given, "run": self.env_params})

    def _made(
        self, scope: Scope, unit: Recorded, path: str, given: Mapping[str, Any], work: Callable[[], Any]
    ) -> tuple[Any, bool]:
        """The unit's result, and whether it was executed. Raises FlowError for one that is not whole."""
        was_executed = False

        def executed() -> Any:
            nonlocal was_executed
            was_executed = True
            return work()

        result = scope.unit(path, unit_request(unit, given), executed, kind=unit.kind)
        if not was_executed and holds_hidden(result):
            raise FlowError(
                f"the recorded result of {path} held a secret, which was not written down",
                hint=f"start_hierarchy_path={path!r} executes it again",
            )
        return result, was_executed

    def _command(self, scope: Scope, node: CommandNode, path: str, given: Mapping[str, Any]) -> Any:
        """Its result, with the files that it wrote: where it is not run, those of the base."""
        folder = files_of(self.env_params.run_dir, path)
        folder.mkdir(parents=True, exist_ok=True)
        values = {**given, "run": self.env_params}
        warned = partial(scope.log, level="warning", path=path)
        work = partial(run_command, path, node, values, folder, self.isolation, warned)
        result, was_executed = self._made(scope, node, path, given, work)
        before = files_of(self.base_dir, path) if self.base_dir is not None else folder
        if not was_executed and before != folder and before.is_dir():
            shutil.copytree(before, folder, dirs_exist_ok=True)
        return result

    def _call(self, unit: PythonNode | Conditional, path: str, given: Mapping[str, Any]) -> Any:
        arguments = typed(path, self.inputs.parameters(path), given)
        if isinstance(unit, Conditional):
            return _checked(unit, path, call(unit.choose, arguments, self.isolation))
        if unit.isolated and self.isolation is None:
            with IsolatedExecution() as own:
                return as_json(path, call(unit.function, arguments, own))
        return as_json(path, call(unit.function, arguments, self.isolation))

    def _tell(self, scope: Scope, event: NodeStarted | NodeEnded | NodeFailed) -> None:
        """Tell who listens. Their errors are no facts of the run: they are lines of its log."""
        try:
            self.bus.publish(event)
        except ExceptionGroup as failed:
            for error in failed.exceptions:
                scope.log(f"{failed.message}: {error!r}", "error", event.path)


def _checked(choice: Conditional, path: str, chosen: Any) -> str | None:
    ids = [child.id for child in choice.children]
    if chosen is not None and chosen not in ids:
        raise FlowError(
            f"{path} chose {chosen!r}, which it does not have", hint=did_you_mean(str(chosen), ids)
        )
    return cast("str | None", chosen)
