"""Learns: the port to what was learned in earlier user runs; `orchestration.learning` stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from threadlab.following.patience import Asking
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import PostMortemWritten, Quoted
from threadlab.objects.agent import Agent


class Learns(Protocol):
    """Gives what applies to a request, and looks back at the end."""

    def applying(
        self, request: str, agents: Mapping[str, Agent], patterns: Sequence[str], now: float
    ) -> Sequence[Quoted]:
        """The learnings to quote to the orchestrator. Asked once, when a request is accepted.

        `patterns` are the names of the ways and patterns on offer.
        """
        ...

    def post_mortem(
        self, context: OrchestrationContext, scope: Scope, request: str, now: float
    ) -> Asking[PostMortemWritten | None]:
        """What is to be learned of a user run whose work is over, whatever its end.

        It may ask an agent, at the path "post_mortem". Its errors are logged, and change nothing.
        """
        ...
