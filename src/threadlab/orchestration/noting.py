"""Noting: takes down what the orchestrator chooses, and wants to hear no more of it.

The choice is the call itself: what the model would say when it is told "noted" changes nothing, and would be
paid for with all that it was given before. A model that must call a tool would even call one again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from threadlab.history.work.interruption import Enough
from threadlab.objects.event import Event
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolApproval, ToolCall, ToolOutput
from threadlab.objects.tool_round import ToolRound
from threadlab.tools.toolbox import Toolbox


class Noting:
    """The orchestrator's tools: each call is answered, and no answer is sent."""

    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """All of them."""
        return self._tools.definitions

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ToolRound:
        """Take it down."""
        return _Noted(self._tools.begin(calls, time))


class _Noted:
    """A round of tool calls at whose end the run is left alone."""

    def __init__(self, tool_round: ToolRound) -> None:
        self._round = tool_round

    def events(self) -> Iterator[Event]:
        """Those of the round. Raises Enough once all is taken down."""
        yield from self._round.events()
        if self._round.outputs is not None:
            raise Enough

    @property
    def outputs(self) -> tuple[ToolOutput, ...] | tuple[ToolApproval, ...] | None:
        """What the round has."""
        return self._round.outputs

    def changed(self) -> Future[Any]:
        """When the round has news."""
        return self._round.changed()

    def abandon(self) -> None:
        """Forget the round."""
        self._round.abandon()
