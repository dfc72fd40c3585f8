"""The other side of `Subprocess`: reads one request, runs the tool, writes one reply.

Request and reply are JSON, on standard input and output. The tool's own prints are led to standard error,
so that they cannot be taken for the reply.
"""

from __future__ import annotations

import json
import pkgutil
import sys
from typing import Any

from threadlab.tools.child_process import limit_memory, reply_channel


def main() -> None:
    """Answer the one request."""
    with reply_channel() as out:
        request = json.loads(sys.stdin.buffer.read())
        limit_memory(request["memory"])
        tool: Any = pkgutil.resolve_name(request["tool"])
        outcome = tool.answer(request["arguments"])
        out.write(json.dumps({"output": outcome.output, "ok": outcome.ok}).encode())


if __name__ == "__main__":
    main()
