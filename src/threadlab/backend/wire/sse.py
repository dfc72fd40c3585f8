"""Server-sent events, framed as the SDK's small parser needs them.

Blocks end in exactly two line feeds: with CRLF the parser takes a whole stream for one event, and says
nothing. Each block has an `event:` line first and one line of `data:`. There are no comments, for the
parser raises on them, and no ids but on routes of the backend's own. The last block is `done`.
"""

from __future__ import annotations

from typing import Any

from threadlab.backend.wire.http import as_json

HEADERS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
DONE = b"event: done\ndata: [DONE]\n\n"


def frame(event: str, content: Any, id: str = "") -> bytes:
    """One event as a block of bytes; with an id only on routes that the SDK does not know."""
    numbered = b"\nid: " + id.encode() if id else b""
    return b"event: " + event.encode() + numbered + b"\ndata: " + as_json(content) + b"\n\n"
