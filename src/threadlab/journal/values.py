"""Values: what facts hold beside plain texts and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from threadlab.journal.fixed import Fixed
from threadlab.objects.agent import Agent

TriggerType = Literal["user", "system", "schedule", "rerun"]
Verb = Literal["turn", "retry", "rerun", "edit", "replay"]
InterruptKind = Literal["tool_outputs", "approval", "input", "budget", "auth"]
ContextUse = Literal["verbatim", "summary", "dropped"]


TRIGGERED: Mapping[str, str] = {"system": "system-triggered", "schedule": "scheduled"}
"""How a user run that no person began is marked in every view, by the type of its trigger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Why a user run exists. `cause` names the ticket, schedule or user run behind it, if there is one."""

    type: TriggerType
    cause: str = ""

    @property
    def mark(self) -> str:
        """A word that marks what no person began; empty where one did."""
        return TRIGGERED.get(self.type, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One entry of a user run's queue: something to say to an agent. `agent` is its name in the config."""

    text: str
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What was in force, copied so that later changes rewrite no history.

    `agents` by name as the service had them, `options` those of the service's run (temperature, ...), `tools`
    the definitions of the client's tools, `settings` the kit's own (context policy, budget), each in words.
    None of it can be changed: `user_run.edit(temperature=0.1)` and `branch.configure(...)` make another one.
    By an agent's name, `elsewhere` tells where it is if it is not asked at `place`, and `own_options` those
    of its runs that go over `options`.
    """

    place: str
    protocol: str
    agents: Mapping[str, Agent] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    own_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("agents", "options", "settings", "elsewhere", "own_options"):
            object.__setattr__(self, name, Fixed(getattr(self, name)))

    def options_of(self, agent: str) -> Mapping[str, Any]:
        """The options of that agent's runs."""
        return {**self.options, **self.own_options.get(agent, {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPart:
    """One earlier user run in what the agent is given: as it was, its summary, or left out, and why.

    `summary` is the text that was given in its place; `messages` counts those that it was given in.
    """

    user_run: str
    use: ContextUse
    tokens: int
    why: str = ""
    summary: str = ""
    messages: int = 0
