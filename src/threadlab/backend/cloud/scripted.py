"""Scripted: a tool of the cloud that says what it was given to say.

The shapes are those of azure-ai-agents: an Azure function has name, arguments and output, computer use an
action and a screenshot, all others texts by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from threadlab.backend.hosted import Json, Outcome, Setting

Script = str | Callable[..., object]
"""What it says: a text, or a function of the arguments by name that gives back anything JSON can hold."""

ABOUT = {
    "azure_ai_search": "Search the index of the Azure AI Search resource.",
    "bing_custom_search": "Search the web in the places that are configured.",
    "bing_grounding": "Search the web.",
    "browser_automation": "Do a task in a web browser.",
    "computer_use_preview": "Do one action on the computer's screen.",
    "deep_research": "Research a question on the web, in depth.",
    "fabric_dataagent": "Ask the data agent of Microsoft Fabric.",
    "sharepoint_grounding": "Search the SharePoint site.",
}
QUERY: Json = {
    "type": "object",
    "properties": {"query": {"type": "string", "description": "What is wanted, in words."}},
    "required": ["query"],
}
ACTION: Json = {
    "type": "object",
    "properties": {
        "type": {
            "enum": ["click", "double_click", "keypress", "move", "screenshot", "scroll", "type", "wait"]
        }
    },
    "required": ["type"],
}


class Scripted:
    """Answers every call of a tool of that type by `script`; whatever that raises, the model is told."""

    def __init__(self, type: str, script: Script) -> None:
        self._type = type
        self._script = script

    def offer(self, setting: Setting) -> Json:
        """As one function: of a query, of an action, or as the Azure function describes itself."""
        if self._type == "azure_function":
            function = setting.definition["azure_function"]["function"]
        else:
            parameters = ACTION if self._type == "computer_use_preview" else QUERY
            function = {"name": self._type, "description": ABOUT[self._type], "parameters": parameters}
        return {"type": "function", "function": function, "hosted": self._type}

    def call(self, setting: Setting, arguments: str) -> Outcome:
        """The script's answer."""
        try:
            given = json.loads(arguments or "{}")
            said = self._script if isinstance(self._script, str) else self._script(**given)
        except Exception as error:  # a script is anybody's code, and the model must learn what it did
            given, said = {}, {"error": f"{type(error).__name__}: {error}"}
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        return Outcome(text, self._detail(setting, given, arguments, text))

    def _detail(self, setting: Setting, given: Any, arguments: str, text: str) -> Json:
        if self._type == "azure_function":
            return {"name": setting.name, "arguments": arguments, "output": text}
        if self._type == "computer_use_preview":
            screen = {"type": "computer_screenshot", "image_url": text}
            return {"action": given, "pending_safety_checks": [], "output": screen}
        query = given.get("query", "") if isinstance(given, dict) else ""
        return {"input": str(query), "output": text}
