"""Agent member: one agent call, and what came of it, also where it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.following.patience import Asking
from threadlab.history.reading.prices import Prices
from threadlab.history.reading.steps_taken import model_of
from threadlab.history.work.call_failed import CallFailed
from threadlab.history.work.interruption import Stopped
from threadlab.journal.decision import Contribution
from threadlab.journal.record import AgentCall, Record
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent
from threadlab.orchestration.member import Assignment
from threadlab.orchestration.parameters import OnlyTools, TwoToolboxes, applied, tool_name
from threadlab.orchestration.pattern import tool_names
from threadlab.service.port import AgentService


@dataclass(frozen=True, slots=True)
class AgentMember:
    """An agent of the branch, by its name there."""

    name: str

    @property
    def own_agents(self) -> frozenset[str]:
        """None: it is one of the branch's itself."""
        return frozenset()

    def described(self, config: Config) -> str:
        """Its description, else the first line of its instructions; its model and its tools."""
        agent = config.agents[self.name]
        about = agent.description or (agent.instructions or "").strip().partition("\n")[0] or "no description"
        tools = (*tool_names(agent), *map(tool_name, config.tools))
        return f"{about} (model {agent.model}{', tools: ' + ', '.join(tools) if tools else ''})"

    def agents(self, lab: AgentService, config: Config) -> Mapping[str, Agent]:
        """It is one of the branch's."""
        return {}

    def config(self, config: Config, request: str, now: float) -> Config:
        """Nothing else is needed."""
        return config

    def work(self, given: Assignment) -> Asking[Contribution]:
        """Ask it. A call that fails is a contribution, too: as far as it came."""
        if given.watch is not None:
            given.watch.call(self.name, given.prompt, given.depth)
        scope = given.scope
        config, tools = self._given(given)
        try:
            if given.hears == "speaks":
                call = yield from scope.ask(
                    given.path, self.name, given.prompt, config=config, tools=tools, failures_too=True
                )
            else:
                context = scope.context if given.hears == "conversation" else None
                call = yield from scope.apart(
                    given.path,
                    self.name,
                    given.prompt,
                    config=config,
                    context=context,
                    tools=tools,
                    failures_too=True,
                )
        except CallFailed as failed:
            call = failed.call
        except Stopped:
            if (cut := scope.open_run.record.call(scope.at(given.path))) is not None:
                given.left.append(contribution(cut, given, scope.open_run.record, scope.prices))
            raise
        return contribution(call, given, scope.open_run.record, scope.prices)

    def _given(self, given: Assignment) -> tuple[Config, AnsweringTools | None]:
        """The configuration and the tools of this call."""
        config = applied(given.scope.config, self.name, given.parameters)
        tools = given.scope.tools
        if "tools" in given.parameters and tools is not None:
            tools = OnlyTools(tools, given.parameters["tools"])
        if given.tools is not None:
            config = replace(config, tools=(*config.tools, *given.tools.definitions))
            tools = TwoToolboxes(given.tools, tools)
        return config, tools


def contribution(call: AgentCall, given: Assignment, record: Record, prices: Prices) -> Contribution:
    """What a member did in that call: finished steps, the last text, and why no more came. Pure."""
    model = model_of(record, call)
    cost = prices.cost(call.usage, model)
    reason = call.error.message if call.error else ""
    if call.status != "completed" and not reason:
        reason = f"its run ended as {call.status}"
    return Contribution(
        member=call.agent,
        path=call.path,
        role=given.role,
        status=call.status,
        text=call.output or next((one.text for one in reversed(call.messages) if one.text), ""),
        reason=reason,
        steps=tuple(f"{use.name}({use.arguments})" for use in call.tools if use.ok),
        model=model,
        usage=call.usage,
        cost=None if cost.unpriced else cost.amount,
        seconds=call.seconds,
        turn=given.turn,
    )
