"""Refuse: nothing runs."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from threadlab.tools.outcome import Outcome, failure
from threadlab.tools.tool import Tool


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answers every call with a refusal, for a place where tools must have no effect.

    Protects from everything a tool could do; of course nothing gets done either.
    """

    reason: str = "tools are switched off here"
    in_background = False

    def check(self, tool: Tool[..., Any]) -> None:
        """Any tool will do: none is run."""

    def submit(self, tool: Tool[..., Any], arguments: str) -> Future[Outcome]:
        """A refusal that gives the reason."""
        promise: Future[Outcome] = Future()
        promise.set_result(
            failure(
                "Refused",
                f"{tool.name} was not run: {self.reason}",
                "answer without this tool, and say what you could not do",
            )
        )
        return promise
