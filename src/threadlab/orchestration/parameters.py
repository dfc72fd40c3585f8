"""Parameters: what a decision sets for its members' runs. The runs show them applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.journal.values import Config
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.tool_round import ToolRound


@with_config(ConfigDict(extra="forbid"))
class Parameters(TypedDict, total=False):
    """What is left out stays as the agent has it; `tools` are the only ones that are given, by name."""

    model: str
    temperature: float
    max_completion_tokens: int
    tools: list[str]


UNCHANGED: Parameters = {}


def applied(config: Config, agent: str, parameters: Mapping[str, Any]) -> Config:
    """The configuration of one member's call. Pure."""
    options = {name: value for name, value in parameters.items() if name != "tools"}
    config = replace(config, options={**config.options, **options})
    if "tools" not in parameters:
        return config
    only = frozenset(parameters["tools"])
    member = config.agents[agent]
    return replace(
        config,
        agents={**config.agents, agent: replace(member, tools=_only(member.tools, only))},
        tools=_only(config.tools, only),
    )


def tool_name(definition: Mapping[str, Any]) -> str:
    """The name of a function in wire form, or the kind of another tool."""
    return str((definition.get("function") or {}).get("name") or definition.get("type"))


class OnlyTools:
    """Some of the tools that somebody answers for."""

    def __init__(self, tools: AnsweringTools, only: Sequence[str]) -> None:
        self._tools = tools
        self._only = frozenset(only)

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """Those that are left."""
        return _only(tuple(self._tools.definitions), self._only)

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ToolRound:
        """Whoever has them answers."""
        return self._tools.begin(calls, time)


class TwoToolboxes:
    """Tools of two who answer; each call goes to the one that has it."""

    def __init__(self, one: AnsweringTools, other: AnsweringTools | None) -> None:
        self._one = one
        self._other = other

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """Those of both."""
        return (*self._one.definitions, *(self._other.definitions if self._other else ()))

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ToolRound:
        """Each call comes alone: see `history.recorded_round`."""
        own = {tool_name(one) for one in self._one.definitions}
        who = self._one if self._other is None or calls[0].name in own else self._other
        return who.begin(calls, time)


def _only(definitions: tuple[Mapping[str, Any], ...], names: frozenset[str]) -> tuple[Mapping[str, Any], ...]:
    return tuple(one for one in definitions if tool_name(one) in names)
