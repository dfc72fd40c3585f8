"""Node agents: agent, options and service of every agent call of a tree, with the resource profiles applied.

What a profile says goes into the run's recorded configuration, so that every node shows which model it used,
and where; the same tree runs with another profile unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from threadlab.connect.targets import Target
from threadlab.conversation.answering_tools import AnsweringTools, answering_tools, tools_for_run
from threadlab.flows.component import AgentNode
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.resources import ModelResource, ResourceRegistry
from threadlab.objects.agent import Agent


@dataclass(frozen=True, slots=True)
class NodeAgent:
    """An agent node's agent, the options of its runs, and who answers its tool calls.

    `target` is the service that it is asked at; None is the run's own.
    """

    agent: Agent
    options: Mapping[str, Any]
    tools: AnsweringTools | None
    target: Target | None = None


def node_agents(
    tree: ComponentTree, registry: ResourceRegistry, profile: str, default_model: str
) -> dict[str, NodeAgent]:
    """By the nodes' paths. Raises UnknownResource, and SettingsError for a reference to what is not set."""
    return {
        path: _node_agent(
            path,
            component,
            registry.get_resource_config(component.profile or profile).get_model(component.model),
            default_model,
        )
        for path, component in tree.paths.items()
        if isinstance(component, AgentNode)
    }


def _node_agent(path: str, node: AgentNode, resource: ModelResource, default_model: str) -> NodeAgent:
    options, target = resource.options(), resource.target()
    model: str | None = options.pop("model", None) or (target.model if target else None)
    agent = node.agent or Agent(id=_new_id(path), model=model or default_model, name=node.id)
    changes = {"model": model, "instructions": node.instructions}
    given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    tools = answering_tools(node.tools)
    definitions = tools_for_run(agent, tools) or agent.tools
    return NodeAgent(
        replace(agent, native=None, tools=definitions, **given), {**options, **node.options}, tools, target
    )


def _new_id(path: str) -> str:
    """An id in the service's form that no agent has: the service makes one when the node first runs."""
    return f"asst_{sha256(path.encode()).hexdigest()[:24]}"
