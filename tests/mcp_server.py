"""A small MCP server: over stdio, or with a port as its argument over streamable HTTP."""

from __future__ import annotations

import logging
import sys
from collections import Counter

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("sums", log_level="CRITICAL")
counted: Counter[str] = Counter()


@server.tool()
def add(a: int, b: int) -> str:
    """Add two numbers."""
    return str(a + b)


@server.tool()
def tick() -> str:
    """Count the calls of this function."""
    counted["tick"] += 1
    return str(counted["tick"])


@server.tool()
def fail() -> str:
    """Fail."""
    raise ToolError("there is nothing to do")


@server.tool()
def header(name: str, context: Context) -> str:
    """The value of a header that came with the call."""
    return str((context.headers or {}).get(name.lower(), "none"))


if __name__ == "__main__":
    logging.disable()
    if len(sys.argv) > 1:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
    else:
        server.run()
