"""HTTP as plain data: what a request handler gets and gives. No socket, no framework."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json

DESCRIPTION = "/openapi.json"
"""The path under which the description of all others is found."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrives. `path` has no query; header names are in lower case.

    `upload` is a form that was read while it arrived (`files/upload.py`); then `body` is empty.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    upload: Any = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """A stream has nothing more to say before this instant of the backend's clock.

    With the name of a `bell` it may have sooner: when that has rung since `heard`. `Backend.wait` and
    `Backend.wait_async` wait for both.
    """

    at: float
    bell: str = ""
    heard: int = 0


class ConnectionDropped(Exception):
    """The connection is to be cut, here: raised in the place of an answer, or in the midst of a stream.

    Only a fault that was asked for raises it. Whoever carries responses closes the connection and writes
    nothing more.
    """


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it leaves: bytes, or for a stream an iterator that never blocks.

    A stream yields `WaitUntil` where it would have to wait; whoever carries the response lets that time
    pass in its own way: a thread sleeps, an event loop awaits, the stepped clock jumps. So it does before
    it sends the first byte of a response that may not leave before `not_before` (by the backend's clock).
    """

    status: int
    body: bytes | Iterator[bytes | WaitUntil]
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    not_before: float | None = None


def json_response(content: Any, status: int = 200) -> Response:
    """A JSON response. The SDKs accept exactly 200 as success, deletes included."""
    return Response(status, as_json(content))


def as_json(content: Any) -> bytes:
    """JSON in UTF-8. It has no infinity: a client's number that is none, or is too large, becomes null."""
    return to_json(content, inf_nan_mode="null")
