"""Offer: what an orchestrator may choose from for one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.journal.decision import Quoted
from threadlab.orchestration.lean import lean
from threadlab.orchestration.member import Member
from threadlab.orchestration.pattern import Pattern
from threadlab.orchestration.ways.use_pattern import use_pattern
from threadlab.orchestration.ways.way import Way
from threadlab.tools.executors.inline import Inline
from threadlab.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Ways, patterns and members by their names. `default` is the agent that answers where nothing else can.

    `unmet` tells of patterns why they are not offered now: they are retired, or a condition is not met.
    `learnings` are those that are quoted, so that a choice may name them.
    """

    ways: Mapping[str, Way]
    members: Mapping[str, Member]
    default: str
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    unmet: Mapping[str, str] = field(default_factory=dict)
    learnings: tuple[Quoted, ...] = ()

    @property
    def offered(self) -> Mapping[str, Pattern]:
        """The patterns that may be chosen now."""
        return {name: one for name, one in self.patterns.items() if name not in self.unmet}

    @property
    def toolbox(self) -> Toolbox:
        """The orchestrator's tools: the ways to proceed. They only take a choice down."""
        tools = [way.tool for way in self.ways.values()]
        return Toolbox(*tools, *([use_pattern] if self.offered else []), executor=Inline())

    @property
    def definitions(self) -> tuple[dict[str, Any], ...]:
        """These tools as the orchestrator is told of them: each decision pays for every word."""
        left_out = () if self.learnings else ("learnings",)
        return tuple(lean(one, left_out) for one in self.toolbox.definitions)
