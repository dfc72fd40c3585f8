"""Wire entry: one request and its response, as seen at the client's door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class WireEntry:
    """A request with its response. Bodies are decoded JSON, or None; no header is kept, so no secret is.

    `path` starts after the endpoint and keeps its query but for `api-version`. `status` is None when no
    answer came. `seconds` are the service's. `attempt` counts from 1: a retry is an entry of its own.
    `read_until` is when the latest piece of a stream was read; None for what is no stream, or was not read.
    """

    number: int
    method: str
    path: str
    request: Any = None
    status: int | None = None
    response: Any = None
    at: float = 0.0
    seconds: float = 0.0
    attempt: int = 1
    error: str | None = None
    read_until: float | None = None
