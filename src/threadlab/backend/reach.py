"""Reach: what the tools of this side may reach, and what those of the cloud are scripted to say.

Nothing, unless whoever runs the backend says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from threadlab.backend.clock import Clock
from threadlab.backend.cloud.scripted import Script, Scripted
from threadlab.backend.hosted import HostedTool
from threadlab.backend.mcp.servers import Server
from threadlab.backend.mcp.tool import Mcp
from threadlab.backend.openapi_tool.tool import OpenApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """MCP servers by label, hosts of openapi tools (`api.example.org`, `localhost:8080`), scripts by type."""

    mcp_servers: Mapping[str, Server] = field(default_factory=dict)
    openapi_hosts: Collection[str] = ()
    scripted_tools: Mapping[str, Script] = field(default_factory=dict)

    def tools(self, clock: Clock | None) -> dict[str, HostedTool]:
        """The hosted tools, by type. With a `clock`, calls over the network are made aside."""
        return {
            "mcp": Mcp(self.mcp_servers, clock),
            "openapi": OpenApi(self.openapi_hosts, clock),
            **{type: Scripted(type, script) for type, script in self.scripted_tools.items()},
        }
