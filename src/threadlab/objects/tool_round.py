"""Tool round: the calls of one `requires_action`, being answered.

`following` needs someone to answer calls and must not know who: this is the line between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, runtime_checkable

from threadlab.objects.event import Event
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolApproval, ToolCall, ToolOutput


class ToolRound(Protocol):
    """Calls that are being answered, in the background or as `events` is drawn from."""

    def events(self) -> Iterator[Event]:
        """What is new since the last time this was drawn: approvals needed, tools started, finished."""
        ...

    @property
    def outputs(self) -> tuple[ToolOutput, ...] | tuple[ToolApproval, ...] | None:
        """One output (or approval) for each call, in the calls' order; None while any is missing."""
        ...

    def changed(self) -> Future[Any]:
        """Completes when there is something new to draw from `events`."""
        ...

    def abandon(self) -> None:
        """The run no longer waits for outputs: start nothing more, forget the rest."""
        ...


class AnswersToolCalls(Protocol):
    """Someone who can answer tool calls: a toolbox, a person, a script."""

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ToolRound:
        """Start answering. Never raises for a bad call: a failure is an output."""
        ...


@runtime_checkable
class GivesApprovals(Protocol):
    """Someone who may answer calls of MCP servers, too, which the service makes once it may."""

    @property
    def approves(self) -> bool:
        """Whether such calls are answered, by approvals in the place of outputs."""
        ...
