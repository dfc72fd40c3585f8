"""The other side of `Subprocess`: reads one request, runs the tool, writes one reply.

Request and reply are JSON, on standard input and output. The tool's own prints are led to standard error,
so that they cannot be taken for the reply.
"""

from __future__ import annotations

import json
import os
import pkgutil
import sys
from importlib import import_module
from typing import Any


def main() -> None:
    """Answer the one request."""
    reply_to = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    request = json.loads(sys.stdin.buffer.read())
    _limit_memory(request["memory"])
    tool: Any = pkgutil.resolve_name(request["tool"])
    outcome = tool.answer(request["arguments"])
    with os.fdopen(reply_to, "wb") as out:
        out.write(json.dumps({"output": outcome.output, "ok": outcome.ok}).encode())


def _limit_memory(limit: int | None) -> None:
    """Let no allocation go beyond `limit` bytes of address space, where the system can."""
    if limit is None or sys.platform == "win32":
        return
    resource = import_module("resource")  # Windows has none
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))


if __name__ == "__main__":
    main()
