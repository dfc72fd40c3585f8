"""The load's task: what a learner asks, the one tool of the agent, and the tool's output."""

from __future__ import annotations

from typing import Any

SAID = {"role": "user", "content": "How is the weather in Oslo?"}
OUTPUT = "sunny"
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "Name of the city."}},
            "required": ["city"],
        },
    },
}
