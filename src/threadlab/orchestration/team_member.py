"""Team member: a team with an orchestrator of its own, as a member of another team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threadlab.following.patience import Asking
from threadlab.journal.decision import Contribution
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent
from threadlab.orchestration.body_member import carried_out
from threadlab.orchestration.guards import Watch
from threadlab.orchestration.member import Assignment
from threadlab.orchestration.orchestrated import Within
from threadlab.orchestration.orchestration import Orchestration
from threadlab.service.port import AgentService


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember:
    """`orchestration` decides on what the team is given; it has a name of its own, and says who its
    agents are."""

    name: str
    description: str
    orchestration: Orchestration

    @property
    def own_agents(self) -> frozenset[str]:
        """Its orchestrator, and those of the teams in it."""
        inner = self.orchestration.members
        return frozenset({self.orchestration.name}).union(*(one.own_agents for one in inner))

    def described(self, config: Config) -> str:
        """Its description."""
        return f"{self.description} (a team that decides for itself)"

    def agents(self, lab: AgentService, config: Config) -> Mapping[str, Agent]:
        """Its orchestrator."""
        return self.orchestration.agents(lab, config)

    def config(self, config: Config, request: str, now: float) -> Config:
        """With its orchestrator's instructions."""
        return self.orchestration.config(config, request, now)

    def work(self, given: Assignment) -> Asking[Contribution]:
        """Let it decide on the prompt, one delegation deeper, under the same guards."""
        if given.watch is not None:
            given.watch.call(self.name, given.prompt, given.depth)
        within = Within(
            context=given.context,
            watch=given.watch or Watch(self.orchestration.limits),
            depth=given.depth + 1,
        )
        team = self.orchestration.body(given.prompt, given.scope.config, within)
        scope = given.scope.within(given.path)
        return (yield from carried_out(self.name, given, lambda: team.execute(scope)))
