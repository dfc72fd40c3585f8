"""Embedded: a flow as a part of something larger, such as a member of a team that decides freely.

steps = embedded(pipeline, lab, input="topic")
BodyMember(name="pipeline", description="Researches a topic.", make=steps.body, nodes=steps.agents)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from threadlab.errors import FlowDefinitionError
from threadlab.flows.component import Component
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus
from threadlab.flows.flow_body import FlowBody
from threadlab.flows.node_agents import NodeAgent, node_agents
from threadlab.flows.node_inputs import NodeInputs
from threadlab.flows.resources import ResourceRegistry
from threadlab.flows.static_inputs import StaticInputs
from threadlab.objects.agent import Agent
from threadlab.service.port import AgentService


@dataclass(frozen=True, slots=True)
class Embedded:
    """A component tree that takes its one input from whoever uses it."""

    tree: ComponentTree
    nodes: Mapping[str, NodeAgent]
    input: str
    project: str

    @property
    def agents(self) -> Mapping[str, Agent]:
        """The agents of its nodes, by the nodes' paths: the configuration of the user run must have them."""
        return {path: node.agent for path, node in self.nodes.items()}

    def body(self, text: str) -> FlowBody:
        """What does it for that input."""
        inputs = NodeInputs(self.tree, StaticInputs(self.tree), {self.input: text})
        return FlowBody(
            tree=self.tree, node_inputs=inputs, agents=self.nodes, bus=EventBus(), project=self.project
        )


def embedded(
    root: Component,
    lab: AgentService,
    *,
    input: str = "request",
    project_root: str | Path = ".",
    profile: str = "default",
) -> Embedded:
    """The tree below `root`, made ready; `input` names what it is given. Raises FlowDefinitionError."""
    folder = Path(project_root).absolute()
    tree = ComponentTree(root)
    if input not in tree.run_inputs:
        raise FlowDefinitionError(
            f"{root.id} takes no input named {input!r}",
            hint=f'write threadlab.flows.AgentComponent({root.id!r}, […], inputs=["{input}"])',
        )
    nodes = node_agents(tree, ResourceRegistry.read(folder), profile, getattr(lab, "model", ""))
    return Embedded(tree, nodes, input, folder.name or "project")
