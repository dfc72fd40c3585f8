"""Reach: what a local backend's tools may reach elsewhere, from what a person writes.

    connect(mcp_servers={"sums": "python sums_server.py", "docs": "https://example.org/mcp"})
    connect(openapi_hosts=["api.example.org", "localhost:8080"])
    connect(scripted_tools={"bing_grounding": "It will rain.", "azure_function": lambda what: f"{what}!"})

A tool is given to an agent in the service's wire form; the server of a command is called by `server_url`
"stdio:<label>". Nothing else can be reached, this machine included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from threadlab.backend.cloud.scripted import Script
from threadlab.backend.mcp.servers import Server, server_from
from threadlab.backend.reach import Reach
from threadlab.backend.wire.tools import CLOUD
from threadlab.errors import SettingsError

Where = str | Sequence[str]
"""An MCP server's URL, or the command that starts it, as one text or as a list."""


def reach_from(
    mcp_servers: Mapping[str, Where] | None = None,
    openapi_hosts: Sequence[str] = (),
    scripted_tools: Mapping[str, Script] | None = None,
) -> Reach:
    """The same, checked. Raises SettingsError for a label, host or type of tool that is none."""
    servers = {label: _server(label, where) for label, where in (mcp_servers or {}).items()}
    for type in scripted_tools or {}:
        if type not in CLOUD:
            raise SettingsError(
                f"{type!r} is no tool that works only on Azure", hint=f"there are: {', '.join(sorted(CLOUD))}"
            )
    if isinstance(openapi_hosts, str):
        openapi_hosts = (openapi_hosts,)
    hosts = tuple(_host(host) for host in openapi_hosts)
    return Reach(mcp_servers=servers, openapi_hosts=hosts, scripted_tools=dict(scripted_tools or {}))


def servers_from(options: Sequence[str]) -> dict[str, str]:
    """`LABEL=URL|COMMAND`, each. Raises SettingsError for one without a label."""
    pairs = [option.partition("=") for option in options]
    for option, (label, mark, where) in zip(options, pairs, strict=True):
        if not (label and mark and where):
            raise SettingsError(
                f"{option!r} names no MCP server",
                hint='write LABEL=URL or LABEL=COMMAND: --mcp "sums=python server.py"',
            )
    return {label: where for label, _, where in pairs}


def _server(label: str, where: Where) -> Server:
    try:
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", label):
            raise ValueError("its label may have letters, digits, - and _, 40 at most")
        return server_from(label, where)
    except ValueError as problem:
        raise SettingsError(
            f"the MCP server {label!r} cannot be used: {problem}",
            hint='give a URL or a command: mcp_servers={"sums": "python server.py"}',
        ) from None


def _host(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        is_host = parts.netloc == host and bool(parts.hostname) and parts.username is None
        is_host = is_host and (parts.port is None or parts.port > 0)
    except ValueError:
        is_host = False
    if not is_host:
        raise SettingsError(
            f"{host!r} is no host",
            hint="give its name, with the port if that is not the usual one: localhost:8080",
        )
    return host.lower()
