"""mcp, the hosted tool: lists a server's functions at the start of a run, and calls them."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from threadlab.backend.aside import Aside
from threadlab.backend.clock import Clock
from threadlab.backend.hosted import Json, NotYet, Outcome, Setting, ToolFailed, ToolRefused
from threadlab.backend.mcp.servers import Server, server_of

if TYPE_CHECKING:
    from threadlab.backend.mcp.connections import Connections

MOST_TOOLS = 128
"""Functions of one server that are offered: as many as an agent may have."""
LONGEST_NAME = 64
"""Characters of a function's name, as models take them."""


class Mcp:
    """Calls functions of `servers`, which are allowed, by label; with a `clock`, on threads of its own."""

    def __init__(self, servers: Mapping[str, Server], clock: Clock | None) -> None:
        self._servers = servers
        self._aside: Aside[Any] = Aside("mcp", clock)
        self._connections: Connections | None = None

    def check(self, definition: Json) -> None:
        """Raise ToolRefused for a server that is not allowed, and where the extra is not installed."""
        server_of(definition, self._servers)
        if importlib.util.find_spec("mcp") is None:
            raise ToolRefused(
                "MCP servers are called with the package mcp, which is not installed here: "
                'pip install "threadlab[mcp]"',
                "type",
            )

    def list_tools(self, setting: Setting) -> Json | NotYet:
        """The functions of the server, those that the definition allows.

        Raises ToolFailed, also where the definition allows what the server does not have.
        """
        label, server = setting.definition["server_label"], self._server(setting)
        listed = self._aside.result(setting, lambda: self._asked(server, setting.headers))
        if isinstance(listed, NotYet):
            return listed
        allowed = setting.definition.get("allowed_tools") or list(listed)
        if unknown := [name for name in allowed if name not in listed]:
            raise ToolFailed(
                f"allowed_tools of the MCP server {label} names what {server} does not have: "
                f"{', '.join(unknown)}. Its functions are: {', '.join(listed) or 'none'}"
            )
        tools = {name: _shown(listed[name]) for name in listed if name in allowed}
        return {"server_label": label, "tools": dict(list(tools.items())[:MOST_TOOLS])}

    def offer(self, setting: Setting) -> list[Json]:
        """A function for each that was listed, `<label>_<name>`. One with too long a name is left out."""
        label = setting.definition["server_label"]
        return [
            {"type": "function", "function": {"name": name, **tool}, "hosted": "mcp", "server_label": label}
            for name, (_, tool) in _functions(setting).items()
            if len(name) <= LONGEST_NAME
        ]

    def call(self, setting: Setting, arguments: str) -> Outcome | NotYet:
        """Call a function. What goes wrong, the model is told."""
        functions = _functions(setting)
        if setting.name not in functions:
            return Outcome(
                _failure(f"the server has no function {setting.name}; it has: {', '.join(functions)}")
            )
        try:
            given = json.loads(arguments or "{}")
        except ValueError as error:
            return Outcome(_failure(f"the arguments are not JSON: {error}"))
        if not isinstance(given, dict):
            return Outcome(_failure("the arguments are not a JSON object"))
        name, _ = functions[setting.name]
        try:
            server = self._server(setting)
            return self._aside.result(setting, lambda: self._called(server, setting.headers, name, given))
        except ToolFailed as failed:
            return Outcome(_failure(str(failed)))

    def forget(self, run_id: str) -> None:
        """Drop what is being done for a run."""
        self._aside.forget(run_id)

    def close(self) -> None:
        """End the sessions."""
        self._aside.close()
        if self._connections is not None:
            self._connections.close()

    def _server(self, setting: Setting) -> Server:
        try:
            return server_of(setting.definition, self._servers)
        except ToolRefused as refusal:
            raise ToolFailed(str(refusal)) from None

    def _asked(self, server: Server, headers: Mapping[str, str]) -> Json:
        connections, failed = self._open()
        try:
            return connections.tools(server, headers)
        except failed as problem:
            raise ToolFailed(f"the functions of an MCP server could not be listed: {problem}") from problem

    def _called(self, server: Server, headers: Mapping[str, str], name: str, given: Json) -> Outcome:
        connections, failed = self._open()
        try:
            text, is_error = connections.call(server, headers, name, given)
        except failed as problem:
            return Outcome(_failure(str(problem)))
        return Outcome(_failure(text) if is_error else text)

    def _open(self) -> tuple[Connections, type[Exception]]:
        """The connections, and what they raise: the package is imported when a server is first called."""
        from threadlab.backend.mcp.connections import Connections, ServerFailed  # noqa: PLC0415

        self._connections = self._connections or Connections()
        return self._connections, ServerFailed


def function_name(label: str, name: str) -> str:
    """What a model calls a server's function by."""
    return f"{label}_{re.sub(r'[^a-zA-Z0-9_-]', '_', name)}"


def _functions(setting: Setting) -> dict[str, tuple[str, Json]]:
    """The listed functions of the tool's server: what a model calls each by → its own name, and its shape."""
    label = setting.definition["server_label"]
    return {
        function_name(label, name): (name, tool)
        for activity in setting.listed
        if activity["server_label"] == label
        for name, tool in activity["tools"].items()
    }


def _shown(tool: Json) -> Json:
    """A function with all that the SDK reads of its parameters."""
    parameters = tool["parameters"]
    whole = {"type": "object", "properties": {}, "required": [], **parameters}
    return {"description": tool["description"], "parameters": whole}


def _failure(message: str) -> str:
    return json.dumps({"error": message}, ensure_ascii=False)
