"""The agent of a recorded definition at the service: the one it was, or if that is gone one made like it.

A user run keeps a copy of its agents. So an agent that was changed since, or deleted, blocks nothing: a run
takes instructions and model of its own, and an agent that is gone is made again from the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.errors import NotFound
from threadlab.objects.agent import Agent
from threadlab.service.port import AgentService


class AgentsAgain:
    """Finds agents by their recorded definitions; remembers those that it had to make again."""

    def __init__(self, lab: AgentService) -> None:
        self._lab = lab
        self._made: dict[str, str] = {}

    @property
    def made(self) -> tuple[str, ...]:
        """The ids of the agents that were made again."""
        return tuple(self._made.values())

    def activated(self, agent: Agent) -> tuple[str, Mapping[str, Any]]:
        """The id of an agent, and what a run must say so that it is as recorded: one request, or two."""
        try:
            there = self._lab.get_agent(self._made.get(agent.id, agent.id))
        except NotFound:
            there = self._made_again(agent)
        wanted = {"model": agent.model, "instructions": agent.instructions or ""}
        found = {"model": there.model, "instructions": there.instructions or ""}
        return there.id, {name: value for name, value in wanted.items() if value != found[name]}

    def _made_again(self, agent: Agent) -> Agent:
        made = self._lab.create_agent(
            model=agent.model,
            name=agent.name,
            description=agent.description,
            instructions=agent.instructions,
            tools=agent.tools or None,
            tool_resources=agent.tool_resources or None,
            metadata=agent.metadata or None,
        )
        self._made[agent.id] = made.id
        return made
