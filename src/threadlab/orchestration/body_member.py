"""Body member: a fixed component, such as a flow, as a member of a free team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from threadlab.errors import JournalError, ReplayMissed
from threadlab.following.patience import Asking
from threadlab.history.bodies.body import Body
from threadlab.history.work.interruption import Stopped
from threadlab.journal.decision import Contribution
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent
from threadlab.objects.usage import Usage
from threadlab.orchestration.guards import GuardStopped
from threadlab.orchestration.member import Assignment
from threadlab.service.port import AgentService


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyMember:
    """`make` gives the body for a task; `nodes` are the agents that it asks, by their names in it."""

    name: str
    description: str
    make: Callable[[str], Body] = field(repr=False)
    nodes: Mapping[str, Agent] = field(default_factory=dict, repr=False)

    @property
    def own_agents(self) -> frozenset[str]:
        """None: its agents are no agents of the branch."""
        return frozenset()

    def described(self, config: Config) -> str:
        """Its description."""
        return f"{self.description} (always done in the same steps)"

    def agents(self, lab: AgentService, config: Config) -> Mapping[str, Agent]:
        """They belong to the component, not to the branch."""
        return {}

    def config(self, config: Config, request: str, now: float) -> Config:
        """With the component's agents."""
        return replace(config, agents={**config.agents, **self.nodes})

    def work(self, given: Assignment) -> Asking[Contribution]:
        """Have the component done, with all its paths below the member's."""
        if given.watch is not None:
            given.watch.call(self.name, given.prompt, given.depth)
        within = given.scope.within(given.path)
        return (yield from carried_out(self.name, given, lambda: self.make(given.prompt).execute(within)))


def carried_out(name: str, given: Assignment, execute: Callable[[], Asking[str]]) -> Asking[Contribution]:
    """What a member did whose work is a body's. Its errors are its failure; a stop is everybody's."""
    time = given.scope.lab.time
    began = time.now()
    try:
        text = yield from execute()
    except (ReplayMissed, JournalError):
        raise
    except (Stopped, GuardStopped) as stopped:
        given.left.append(below(name, given, "stopped", "", str(stopped), time.now() - began))
        raise
    except Exception as problem:
        reason = str(problem) or type(problem).__name__
        return below(name, given, "failed", "", reason, time.now() - began)
    return below(name, given, "completed", text, "", time.now() - began)


def below(name: str, given: Assignment, status: str, text: str, reason: str, seconds: float) -> Contribution:
    """What a member did in all that was recorded below its path."""
    scope, path = given.scope, given.scope.at(given.path)
    calls = [call for call in scope.open_run.record.calls if call.path.startswith(f"{path}.")]
    units = [unit for unit in scope.open_run.record.units if unit.path.startswith(f"{path}.")]
    over = [
        *(one.path for one in calls if one.status == "completed"),
        *(one.path for one in units if one.status == "completed"),
    ]
    costs = [scope.prices.cost_of_call(scope.open_run.record, call) for call in calls]
    return Contribution(
        member=name,
        path=path,
        role=given.role,
        status=status,
        text=text or next((call.output for call in reversed(calls) if call.output), ""),
        reason=reason,
        steps=tuple(over),
        usage=sum((call.usage for call in calls), Usage()),
        cost=None if any(cost.unpriced for cost in costs) else sum(cost.amount for cost in costs),
        seconds=seconds,
        turn=given.turn,
    )
