"""Flow rehearsal: a component tree gone through without doing any of it, to know its plan.

What a unit is given is known as long as all before it is taken over: then it is looked up exactly. Behind a
unit that will be executed it is not, and the plan says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from threadlab.flows.component import (
    AgentNode,
    Component,
    Conditional,
    Flow,
    Parallel,
    Unit,
    children_of,
)
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.node_agents import NodeAgent
from threadlab.flows.node_inputs import NodeInputs, answer_read
from threadlab.flows.template import filled, names_in
from threadlab.flows.unit_request import unit_request
from threadlab.flows.wiring import FromResult
from threadlab.history.plans.rehearsal import Rehearsal


@dataclass(frozen=True, slots=True)
class FlowRehearsal:
    """The tree and what is told of it; `results` are those that will be taken over, by path."""

    tree: ComponentTree
    inputs: NodeInputs
    agents: Mapping[str, NodeAgent]
    rehearsal: Rehearsal
    results: dict[str, Any] = field(default_factory=dict)

    def go(self) -> None:
        """Name every unit, as far as it is known whether it runs."""
        self._component(self.tree.root, self.tree.root.id)

    def _component(self, component: Component, path: str) -> None:
        match component:
            case Conditional():
                self._choice(component, path)
            case Flow() | Parallel():
                self._all(component, path)
            case _:
                self._unit(cast(Unit, component), path)

    def _all(self, component: Flow | Parallel, path: str) -> None:
        paths = {child.id: f"{path}.{child.id}" for child in component.children}
        for child in component.children:
            self._component(child, paths[child.id])
        known = {id_: self.results[below] for id_, below in paths.items() if below in self.results}
        if isinstance(component, Flow):
            if (last := component.children[-1].id) in known:
                self.results[path] = known[last]
        elif len(known) == len(paths):
            self.results[path] = known

    def _choice(self, choice: Conditional, path: str) -> None:
        """Of a choice that is taken over only what it chose; else any of them may come."""
        self._unit(choice, path)
        if path not in self.results:
            for child in choice.children:
                self._perhaps(child, f"{path}.{child.id}")
            return
        chosen = self.results.pop(path)  # it is the chosen one's result that the choice gives
        for child in choice.children:
            if child.id == chosen:
                self._component(child, f"{path}.{chosen}")
        if chosen is None:
            self.results[path] = None
        elif f"{path}.{chosen}" in self.results:
            self.results[path] = self.results[f"{path}.{chosen}"]

    def _perhaps(self, component: Component, path: str) -> None:
        if isinstance(component, Unit):
            self.rehearsal.perhaps(path, asks=isinstance(component, AgentNode))
        for child in children_of(component):
            self._perhaps(child, f"{path}.{child.id}")

    def _unit(self, unit: Unit, path: str) -> None:
        given = self._given(path)
        if isinstance(unit, AgentNode):
            self._agent_call(unit, path, given)
        elif given is None and self.rehearsal.finished(path) is not None:
            self.rehearsal.perhaps(path, asks=False)
        else:
            request = None if given is None else unit_request(unit, given)
            if (found := self.rehearsal.unit(path, request)) is not None:
                self.results[path] = found.result

    def _agent_call(self, node: AgentNode, path: str, given: Mapping[str, Any] | None) -> None:
        """A prompt that names the run counts as the same: it is the base's where the answer is taken over."""
        rehearsal = self.rehearsal
        if given is None and rehearsal.called(path) is not None:
            rehearsal.perhaps(path, asks=True)
        elif given is None or "run" in names_in(node.prompt):
            rehearsal.agent_call(path, path, node.prompt)
            self._note(path)
        else:
            options = {**rehearsal.config.options, **self.agents[path].options}
            config = replace(rehearsal.config, options=options)
            if rehearsal.apart(path, path, filled(node.prompt, given), config):
                self._note(path)

    def _note(self, path: str) -> None:
        if (call := self.rehearsal.called(path)) is not None:
            self.results[path] = call.output

    def _given(self, path: str) -> dict[str, Any] | None:
        """What the unit will be given, recorded answers too; None where that is not known."""
        known = self.inputs.known(path, self.results)
        sources = ((name, source) for name, (_, source) in self.tree.inputs[path].items())
        if any(isinstance(source, FromResult) and name not in known for name, source in sources):
            return None
        if not (missing := self.inputs.missing(path, known)):
            return known
        asked = self.rehearsal.answered(path)
        answer = answer_read(path, asked) if asked is not None else {}
        if any(name not in answer for name in missing):
            return None
        return {**known, **{name: answer[name] for name in missing}}
