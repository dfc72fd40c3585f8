"""Server tools: functions that the backend's host runs itself, so that no client is asked for them.

A function tool whose name is registered is executed here; any other waits for its client, so both ways are
open for each tool of one agent. A function is called with the model's arguments by name and must answer at
once: it runs inside a move of its run. Whatever it gives back becomes the output's text, whatever it raises
an `{"error": …}`. It may run again if the process dies before its output is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from threadlab.backend.engine.children import failure

ServerTool = Callable[..., object]
"""Arguments by name → anything JSON can hold, or a `HandOff`."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """What a server tool gives back to have the call answered by a new agent: who it is, and its task."""

    name: str
    instructions: str
    task: str


def call(tools: Mapping[str, ServerTool], name: str, arguments: str) -> str | HandOff:
    """The output of a registered tool, or to whom it hands the task over."""
    try:
        given = json.loads(arguments or "{}")
    except ValueError as error:
        return failure(f"the arguments are not JSON: {error}")
    if not isinstance(given, dict):
        return failure("the arguments are not a JSON object")
    try:
        result = tools[name](**given)
        return result if isinstance(result, str | HandOff) else json.dumps(result, ensure_ascii=False)
    except Exception as error:  # a tool is anybody's code, and the model must learn what it did
        return failure(f"{type(error).__name__}: {error}")


def create_specialist(name: str, instructions: str, task: str) -> HandOff:
    """Make an agent for one task and hand the task to it; its answer is the output."""
    return HandOff(name, instructions, task)
