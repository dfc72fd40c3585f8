"""Recorded bodies: what the wire log keeps of a body, and how it is read again.

JSON is kept as its text and decoded only if somebody reads it: a thousand decoded bodies would be walked by
each of Python's garbage collections. Fields that carry credentials are struck out before anything is kept,
and a second time on reading, so no spelling of a field's name gets past both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

STRUCK_OUT = "(not recorded)"
CREDENTIALS = frozenset(
    {"headers", "authorization", "api_key", "api-key", "access_token", "client_secret", "password", "secret"}
)
_SUSPICIOUS = (b"\\u00", b"\0", *(f'"{name}"'.encode() for name in sorted(CREDENTIALS)))
"""What a body with credentials has in it: the name of a field, or letters written so that they hide one."""


def recorded(content: Any) -> Any:
    """A body as the log keeps it: the text of a JSON object or list, of anything else only what it is."""
    if not content:
        return None
    if isinstance(content, Mapping):
        return {"form": list(content)}
    if isinstance(content, list):
        return {"form": [name for name, *_ in content]}
    if not isinstance(content, str | bytes):
        return {"unread": type(content).__name__}
    text = content.encode(errors="surrogatepass") if isinstance(content, str) else content
    if text[:1] in b"{[" and not _is_suspicious(text):
        return text
    known = readable(text)
    return json.dumps(known).encode() if isinstance(known, dict | list) else known


def readable(kept: Any) -> Any:
    """What `recorded` has kept, as readers get it: decoded JSON, or what else is known of the body."""
    if not isinstance(kept, bytes):
        return kept
    try:
        return without_credentials(json.loads(kept))
    except (ValueError, RecursionError):
        return {"bytes": len(kept)}


def without_credentials(body: Any) -> Any:
    """The same JSON value, with every field that carries a credential struck out."""
    if isinstance(body, dict):
        return {key: _kept(key, value) for key, value in body.items()}
    if isinstance(body, list):
        return [without_credentials(item) for item in body]
    return body


def _is_suspicious(text: bytes) -> bool:
    lowered = text.lower()
    return any(mark in lowered for mark in _SUSPICIOUS)


def _kept(key: str, value: Any) -> Any:
    if key.lower() in CREDENTIALS:
        if isinstance(value, str):
            return STRUCK_OUT
        if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
            return dict.fromkeys(value, STRUCK_OUT)
    return without_credentials(value)
