"""Orchestration: how the user runs of a branch are orchestrated, configured by files that a learner edits.

    orchestration = Orchestration.load("orchestration")
    main = history.branch("main", agents=[writer, critic], orchestrated_by=orchestration)
    turn = main.ask("Write a limerick on tides, and see that it rhymes.")
    for decision in turn.orchestration.decisions:
        print(decision.way, decision.agents, decision.reasoning)

The folder holds `policy.md`, the orchestrator's policy in the learner's own words, and if need be
`patterns/*.toml` (see `pattern`) and `capabilities.toml` (see `capability`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from threadlab.errors import HistoryError
from threadlab.journal.decision import ORCHESTRATED
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent
from threadlab.orchestration.agent_member import AgentMember
from threadlab.orchestration.capability import Capability, read_capabilities
from threadlab.orchestration.guards import Limits
from threadlab.orchestration.instructions import instructions
from threadlab.orchestration.learning.loops import PostMortems
from threadlab.orchestration.learns import Learns
from threadlab.orchestration.member import Member
from threadlab.orchestration.offer import Offer
from threadlab.orchestration.orchestrated import Orchestrated, Within
from threadlab.orchestration.orchestrator import Orchestrator
from threadlab.orchestration.parameters import tool_name
from threadlab.orchestration.pattern import Pattern, read_pattern
from threadlab.orchestration.terms import Terms
from threadlab.orchestration.ways.all_ways import ANSWER, WAYS
from threadlab.orchestration.ways.way import Way
from threadlab.service.port import AgentService

POLICY = "policy.md"
NAME = "orchestrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orchestration:
    """What an orchestrator goes by. Whatever applies to an input is copied into its user run.

    `name` is that of the orchestrator's agent, `model` its model (None: the default agent's). `team` are the
    agents of the branch that it may choose, all by default; `default` is the one that answers where
    nothing else can, the first by default. `members` are others: components and teams. `ways` are those it
    may choose; answering directly is always among them. `budget` is in tokens, for deciding alone. Without
    `learning` each user run has its post-mortem all the same, and nothing is learned of it.

    Raises HistoryError for two members of one name.
    """

    policy: str
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    capabilities: Mapping[str, Capability] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=lambda: WAYS)
    team: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    default: str = ""
    name: str = NAME
    model: str | None = None
    budget: int | None = None
    limits: Limits = field(default_factory=Limits)
    learning: Learns = field(default_factory=PostMortems)

    def __post_init__(self) -> None:
        names = [member.name for member in self.members]
        if len({*names, self.name}) <= len(names):
            raise HistoryError(
                "two members of an orchestration have the same name", hint="give each a name of its own"
            )

    @classmethod
    def load(cls, folder: str | Path, **more: Any) -> Self:
        """What a folder's files say; `more` are the other fields. Raises HistoryError for broken files."""
        folder = Path(folder)
        policy = folder / POLICY
        if not policy.is_file():
            raise HistoryError(
                f"{folder} has no {POLICY}", hint="write the orchestrator's policy there, in your own words"
            )
        ways = {ANSWER.tool.name: ANSWER, **more.get("ways", WAYS)}
        found = [read_pattern(one, ways) for one in sorted((folder / "patterns").glob("*.toml"))]
        patterns = {one.name: one for one in found}
        if len(patterns) < len(found):
            raise HistoryError("two pattern files have the same name", hint="change the name in one of them")
        return cls(
            policy=policy.read_text(encoding="utf-8"),
            patterns=patterns,
            capabilities=read_capabilities(folder / "capabilities.toml"),
            **more,
        )

    @property
    def body_name(self) -> str:
        """What the log calls its user runs' bodies."""
        return ORCHESTRATED

    def agents(self, lab: AgentService, config: Config) -> Mapping[str, Agent]:
        """The orchestrators that a branch does not have yet, made at the service."""
        made = {name: agent for one in self.members for name, agent in one.agents(lab, config).items()}
        if self.name in config.agents:
            return made
        model = self.model or config.agents[self._default(config)].model
        return {**made, self.name: lab.create_agent(name=self.name, model=model, instructions=self.policy)}

    def config(self, config: Config, request: str, now: float) -> Config:
        """With the orchestrator's instructions and tools for this request, and what was learned for it."""
        roster = self._roster(config)
        for member in self.members:
            config = member.config(config, request, now)
        terms = Terms(
            team=roster,
            default=self._default(config),
            patterns=self.patterns,
            limits=self.limits,
            budget=self.budget,
        )
        offer = self._offer(config, request, terms)
        agents = {name: config.agents[name] for name in roster}
        quoted = tuple(self.learning.applying(request, agents, (*offer.ways, *offer.offered), now))
        terms, offer = replace(terms, learnings=quoted), replace(offer, learnings=quoted)
        told = instructions(self.name, self.policy, offer, config, self.capabilities)
        orchestrator = config.agents[self.name]
        orchestrator = replace(
            orchestrator,
            instructions=told,
            model=self.model or orchestrator.model,
            tools=offer.definitions,
        )
        return replace(
            config,
            agents={**config.agents, self.name: orchestrator},
            settings={**config.settings, **terms.settings(self.name)},
        )

    def body(self, request: str, config: Config, within: Within | None = None) -> Orchestrated:
        """What a user run with that configuration executes."""
        terms = Terms.of(config.settings, self.name)
        offer = self._offer(config, request, terms)
        return Orchestrated(
            orchestrator=Orchestrator(name=self.name, offer=offer, request=request, budget=terms.budget),
            limits=terms.limits,
            learning=self.learning,
            within=within,
        )

    def _roster(self, config: Config) -> tuple[str, ...]:
        """The agents that may be chosen. Raises HistoryError for one that the branch does not have."""
        others = {self.name}.union(*(member.own_agents for member in self.members))
        names = self.team or tuple(name for name in config.agents if name not in others)
        if unknown := [name for name in (*names, self.default) if name and name not in config.agents]:
            raise HistoryError(
                f"the branch has no agent {', '.join(map(repr, unknown))}",
                hint=f"its agents are: {', '.join(config.agents)}",
            )
        if not names:
            raise HistoryError(
                "the branch has no agent that could answer", hint="history.branch(name, agents=[...])"
            )
        return names

    def _default(self, config: Config) -> str:
        roster = self._roster(config)
        return self.default or roster[0]

    def _offer(self, config: Config, request: str, terms: Terms) -> Offer:
        agents = {name: config.agents[name] for name in terms.team}
        tools = [tool_name(one) for one in config.tools]
        ways = {ANSWER.tool.name: ANSWER, **self.ways}
        members: dict[str, Member] = {name: AgentMember(name) for name in (*terms.team, terms.default)}
        members |= {one.name: one for one in self.members}
        against = {
            name: one.wrong(ways) or one.against(request, agents, tools, members)
            for name, one in terms.patterns.items()
        }
        return Offer(
            ways=ways,
            members=members,
            default=terms.default,
            patterns=terms.patterns,
            unmet={name: why for name, why in against.items() if why},
            learnings=terms.learnings,
        )
