"""Member: who works in a team. An agent, a fixed component, or a team with an orchestrator of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.following.patience import Asking
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import Contribution
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent
from threadlab.orchestration.context import ContextWriter
from threadlab.orchestration.guards import Watch
from threadlab.service.port import AgentService

Hears = Literal["prompt", "conversation", "speaks"]
"""What a member is given: the prompt alone, what was said before besides, or a word in the conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a member is to do, at which path, and how deep below the orchestrator (1 is its own choice).

    `tools` go before those that the member has; `watch` None means that no guard counts it. A member that is
    stopped in the middle adds to `left` what it did till then.
    """

    scope: Scope
    path: str
    prompt: str
    watch: Watch | None
    context: ContextWriter
    role: str = ""
    turn: int = 1
    depth: int = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)
    hears: Hears = "prompt"
    tools: AnsweringTools | None = None
    left: list[Contribution] = field(default_factory=list)


class Member(Protocol):
    """Works through the scope alone, so all of it is recorded; fails by its contribution, not by raising."""

    @property
    def name(self) -> str:
        """What the orchestrator calls it by."""
        ...

    @property
    def own_agents(self) -> frozenset[str]:
        """The agents of the branch that are its alone: nobody else may choose them."""
        ...

    def described(self, config: Config) -> str:
        """What the orchestrator is told of it."""
        ...

    def agents(self, lab: AgentService, config: Config) -> Mapping[str, Agent]:
        """The agents that it needs and the branch does not have, made at the service."""
        ...

    def config(self, config: Config, request: str, now: float) -> Config:
        """What it needs in force, for this request."""
        ...

    def work(self, given: Assignment) -> Asking[Contribution]:
        """Do it. Raises GuardStopped, Paused and Stopped."""
        ...
