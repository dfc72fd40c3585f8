"""Pattern: a named way to proceed, from a file of the learner's. A new file is a new pattern.

# patterns/careful.toml
way = "review"
description = "A text that must be right: one writes, one looks for errors."

[conditions]
min_words = 6

[[team]]
member = "writer"
role = "writer"
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from threadlab.errors import ArgumentsRejected, HistoryError
from threadlab.following.terminal_text import counted
from threadlab.journal.decision import Seat
from threadlab.objects.agent import Agent
from threadlab.orchestration.broken_file import broken
from threadlab.orchestration.ways.way import Way


class Conditions(BaseModel):
    """When a pattern makes sense. `models` and `tools`: somebody on the roster has one of them, or each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    min_words: int = 0
    max_words: int | None = None

    def unmet(self, request: str, agents: Mapping[str, Agent], tools: Sequence[str]) -> Iterator[str]:
        """What speaks against it now, in words. Pure. `tools` are those that every agent has."""
        running = {agent.model for agent in agents.values()}
        if self.models and not running & set(self.models):
            yield f"it needs an agent on {' or '.join(self.models)}"
        own = {name for agent in agents.values() for name in tool_names(agent)}
        yield from (f"nobody has the tool {one}" for one in self.tools if one not in own.union(tools))
        words = len(request.split())
        if words < self.min_words:
            yield f"the request has {words} words, fewer than {self.min_words}"
        if self.max_words is not None and words > self.max_words:
            yield f"the request has {words} words, more than {self.max_words}"

    def __str__(self) -> str:
        told = [
            *([f"somebody runs on {' or '.join(self.models)}"] if self.models else []),
            *(f"somebody has {one}" for one in self.tools),
            *([f"at least {self.min_words} words"] if self.min_words else []),
            *([f"at most {self.max_words} words"] if self.max_words is not None else []),
        ]
        return ", ".join(told) or "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A way with its team and its arguments set. A retired one is no longer offered."""

    name: str
    way: str
    description: str = ""
    conditions: Conditions = field(default_factory=Conditions)
    status: Literal["active", "retired"] = "active"
    team: tuple[Seat, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        """Whether it is offered at all."""
        return self.status == "active"

    def against(
        self, request: str, agents: Mapping[str, Agent], tools: Sequence[str], members: Collection[str]
    ) -> str:
        """What speaks against offering it for this request, in words; nothing if it is offered. Pure."""
        if not self.is_active:
            return "it is retired"
        absent = [f"nobody is called {seat.member}" for seat in self.team if seat.member not in members]
        return ", ".join((*absent, *self.conditions.unmet(request, agents, tools)))

    def wrong(self, ways: Mapping[str, Way]) -> str:
        """Why nobody could ever carry it out, in words; nothing if it can be. Pure."""
        if self.way not in ways:
            return f"it names the way {self.way!r}, which there is not: {', '.join(ways)}"
        way = ways[self.way]
        if len(self.team) < way.fewest:
            return f"{self.way} takes at least {counted(way.fewest, 'member')}, its team has {len(self.team)}"
        try:
            way.tool.validate(json.dumps({**_filled_in(way), **self.arguments}))
        except ArgumentsRejected as rejected:
            return rejected.message
        return ""


def read_pattern(path: Path, ways: Mapping[str, Way]) -> Pattern:
    """The pattern in a file, named as the file unless it says a name. Raises HistoryError if broken."""
    try:
        told = _PatternFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise HistoryError(
            f"{path.name} holds no pattern: {broken(error)}",
            hint='write way = "review", description = "…", and for each member [[team]] and member = "…"',
        ) from error
    pattern = Pattern(
        name=told.name or path.stem,
        way=told.way,
        description=told.description,
        conditions=told.conditions,
        status=told.status,
        team=told.team,
        arguments=told.arguments,
    )
    if wrong := pattern.wrong(ways):
        raise HistoryError(
            f"{path.name} holds no pattern that could be carried out: {wrong}",
            hint=f"ways: {', '.join(ways)}; arguments are those of the way, its members stand in the team",
        )
    return pattern


def tool_names(agent: Agent) -> tuple[str, ...]:
    """The names of the functions that the agent itself has, and the kinds of its other tools."""
    return tuple(str((one.get("function") or {}).get("name") or one.get("type")) for one in agent.tools)


def _filled_in(way: Way) -> dict[str, Any]:
    """What a choice adds to a pattern's arguments: the reasoning, and whom the team names."""
    properties = way.tool.definition["function"]["parameters"]["properties"]
    kinds = {name: told.get("type") for name, told in properties.items() if "default" not in told}
    return {name: [] if kinds[name] == "array" else "" for name in (kinds if way.fewest else ("reasoning",))}


class _PatternFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = ""
    way: str
    description: str
    conditions: Conditions = Conditions()
    status: Literal["active", "retired"] = "active"
    team: tuple[Seat, ...] = ()
    arguments: dict[str, Any] = {}
