"""Given config: what the maker of a branch says of its config; what is not said stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.plans.changes import CHANGEABLE, Changes
from threadlab.history.plans.run_options import check_options
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent
from threadlab.service.port import AgentService

Agents = Agent | Sequence[Agent] | Mapping[str, Agent]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenConfig:
    """`instructions` and `model` are the first agent's; `tools` are definitions, None if none were given."""

    agents: Agents | None = None
    instructions: str | None = None
    model: str | None = None
    tools: tuple[Mapping[str, Any], ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise HistoryError for an option that no run has, before any agent is made."""
        check_options(self.options, also=CHANGEABLE)

    def new(self, lab: AgentService) -> Config:
        """The config of an empty branch. Without agents one is made; its tools come with each run."""
        agents = self.agents or lab.create_agent(
            name="agent", model=self.model, instructions=self.instructions
        )
        bare = Config(place=lab.place, protocol=lab.protocol, agents=named(agents))
        return self.over(bare)

    def over(self, before: Config) -> Config:
        """The config with what was given in its place. Pure."""
        if self.agents is not None:
            before = replace(before, agents=named(self.agents))
        if self.tools is not None:
            before = replace(before, tools=self.tools)
        changes = Changes(instructions=self.instructions, model=self.model, options=self.options)
        return changes.config(before)


def named(agents: Agents) -> dict[str, Agent]:
    """Agents under the names that an input calls them by. Raises HistoryError for two of one name."""
    if isinstance(agents, Mapping):
        return dict(agents)
    several = [agents] if isinstance(agents, Agent) else list(agents)
    by_name = {agent.name or "agent": agent for agent in several}
    if len(by_name) < len(several):
        raise HistoryError(
            "two agents of a branch have the same name",
            hint='name them here: agents={"writer": one, "critic": other}',
        )
    return by_name
