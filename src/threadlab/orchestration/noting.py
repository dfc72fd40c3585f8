"""Noting: takes down what the orchestrator chooses, once.

A model that must call a tool may be made to call one again and again, for the demand holds for its whole run.
Nobody answers the second call: the run is left, and the first choice counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from threadlab.errors import NobodyAnswers
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.tool_round import ToolRound
from threadlab.tools.toolbox import Toolbox


class Noting:
    """The orchestrator's tools, which answer the first call of one decision."""

    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._is_noted = False

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """All of them."""
        return self._tools.definitions

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ToolRound:
        """Take it down. Raises NobodyAnswers for a second choice."""
        if self._is_noted:
            raise NobodyAnswers(
                "the orchestrator chose a second time within one decision",
                hint="the first choice counts; another model may come to an end by itself",
            )
        self._is_noted = True
        return self._tools.begin(calls, time)
