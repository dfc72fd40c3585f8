"""Servers: which MCP servers may be reached, by label: one at a URL, or a command that is run here.

A command comes from whoever runs the backend and never from a request: a tool names it by its label.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from threadlab.backend.hosted import ToolRefused

Json = dict[str, Any]
STDIO = "stdio:"
"""How the `server_url` of a tool begins whose server is a command: `stdio:<label>`."""


@dataclass(frozen=True, slots=True)
class Server:
    """An allowed server: at a URL, or else a command with its arguments."""

    label: str
    url: str = ""
    command: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.url or f"{STDIO}{self.label}"


def server_from(label: str, where: str | Sequence[str]) -> Server:
    """A server from `https://…`, or from a command as one text or as a list. Raises ValueError."""
    words = shlex.split(where) if isinstance(where, str) else list(where)
    if not words or not label:
        raise ValueError("a label, and a URL or a command, are needed")
    if len(words) == 1 and words[0].lower().startswith(("http://", "https://")):
        if not urlsplit(words[0]).hostname:
            raise ValueError(f"{words[0]!r} names no host")
        return Server(label, url=words[0])
    return Server(label, command=tuple(words))


def server_of(definition: Json, allowed: Mapping[str, Server]) -> Server:
    """The allowed server that a tool means. Raises ToolRefused, with words on how to allow it."""
    label, url = definition["server_label"], definition["server_url"]
    if url.startswith(STDIO):
        server = allowed.get(url.removeprefix(STDIO).strip("/"))
        if server is not None and server.command:
            return server
        wanted, example = f"command that is labelled '{url.removeprefix(STDIO)}'", "python server.py"
    else:
        for server in allowed.values():
            if server.url and _same(server.url, url):
                return server
        wanted, example = f"MCP server at {url}", url
    raise ToolRefused(
        f"the {wanted} is not allowed here. Whoever runs the backend allows it: "
        f'connect(mcp_servers={{"{label}": "{example}"}}), or threadlab serve --mcp "{label}={example}"'
        f"{_mentioning(allowed)}",
        "server_url",
    )


def _mentioning(allowed: Mapping[str, Server]) -> str:
    known = ", ".join(str(server) for server in allowed.values())
    return f". Allowed are: {known}" if known else ""


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")
