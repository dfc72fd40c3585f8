"""Changes: what is to be different when a recorded user run is made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.plans.commands import Input, literal
from threadlab.history.plans.run_options import check_options
from threadlab.journal.record import Record
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent

CHANGEABLE = ("input", "instructions", "model", "agent", "of", "budget", "agents", "context", "on_interrupt")
"""The other arguments of `edit`, `configure` and `branch`, for the name that is nearest to a wrong one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is named here is different, all else is as it was recorded.

    `instructions`, `model` and `agent` are those of the agent named `of`: the first one, unless it is said.
    `agent` puts another agent in its place. `options` are those of the service's run: temperature,
    max_completion_tokens, …
    """

    input: Input | None = None
    instructions: str | None = None
    model: str | None = None
    agent: Agent | None = None
    of: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise HistoryError for an option that no run has; a change that changes nothing misleads."""
        check_options(self.options, also=CHANGEABLE)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return self == Changes(of=self.of)

    def told(self) -> dict[str, Any]:
        """As the log tells them: plain data."""
        told: dict[str, Any] = {"instructions": self.instructions, "model": self.model, "of": self.of}
        if self.input is not None:
            told["input"] = literal(self.input, self.of or "")
        if self.agent is not None:
            told["agent"] = self.agent.name or self.agent.id
        return {name: value for name, value in told.items() if value is not None} | dict(self.options)

    def config(self, before: Config) -> Config:
        """The configuration with these changes. Pure. Raises HistoryError for an unknown agent."""
        name = self.of or next(iter(before.agents), "")
        if name not in before.agents:
            raise HistoryError(
                f"the user run has no agent {name!r}", hint=f"its agents are: {', '.join(before.agents)}"
            )
        agent = self.agent or before.agents[name]
        if self.instructions is not None:
            agent = replace(agent, instructions=self.instructions)
        if self.model is not None:
            agent = replace(agent, model=self.model)
        return replace(
            before, agents={**before.agents, name: agent}, options={**before.options, **self.options}
        )

    def input_of(self, base: Record) -> Input:
        """The input with these changes: another one, or exactly the recorded commands."""
        return base.received.commands if self.input is None else self.input

    def literal_of(self, base: Record) -> str:
        """The same as a person would have typed it."""
        default = next(iter(base.config.agents), "")
        return base.received.input if self.input is None else literal(self.input, default)
