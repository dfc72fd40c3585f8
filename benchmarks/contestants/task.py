"""The task: one question, one tool, one call of it, one reply. The same for every contestant.

The model is never measured: it gives its two answers at once, from a script.
"""

from __future__ import annotations

from typing import Any

INSTRUCTIONS = "You answer questions about the weather. Use your tool."
QUESTION = "What is the weather in Paris?"
TOOL_NAME = "get_weather"
ARGUMENTS = '{"city": "Paris"}'
OUTPUT = "18 degrees and cloudy"
REPLY = f"It is {OUTPUT} in Paris."
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": TOOL_NAME,
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "Name of the city."}},
            "required": ["city"],
        },
    },
}


class WrongAnswer(Exception):
    """A contestant did not do the task: its times would mean nothing."""


def expect(found: object, wanted: object) -> None:
    """Raise WrongAnswer unless both are the same."""
    if found != wanted:
        raise WrongAnswer(f"expected {wanted!r}, found {found!r}")
