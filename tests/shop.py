"""In the place of an MCP server: a shop with two functions, that remembers what was really called."""

from __future__ import annotations

from typing import Any

from threadlab.backend.hosted import Json, Outcome, Setting

SHOP: dict[str, Any] = {"type": "mcp", "server_label": "shop", "server_url": "https://shop.example/mcp"}


class Shop:
    """In the place of an MCP server: two functions, and what was really called."""

    def __init__(self) -> None:
        self.called: list[tuple[str, dict[str, str]]] = []

    def list_tools(self, setting: Setting) -> Json:
        """Two functions."""
        tool = {"description": "", "parameters": {"type": "object", "properties": {}, "required": []}}
        return {"server_label": "shop", "tools": {"look": tool, "buy": tool}}

    def offer(self, setting: Setting) -> list[Json]:
        """Those that were listed."""
        return [
            {"type": "function", "function": {"name": f"shop_{name}", **tool}, "hosted": "mcp"}
            for activity in setting.listed
            for name, tool in activity["tools"].items()
        ]

    def call(self, setting: Setting, arguments: str) -> Outcome:
        """Done."""
        self.called.append((setting.name, dict(setting.headers)))
        return Outcome(f"{setting.name} done")
