"""The protocol of a connection: uvicorn's, with bounds on what comes before a request is whole.

Uvicorn on httptools waits for ever for the end of a request's head and keeps all of it; here a head has a
size and a time. And what is no HTTP at all is refused in the service's envelope, too.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from threadlab.backend.server.gate import MOST_HEAD
from threadlab.backend.wire.errors import ApiError, bad_request

HEAD_SECONDS = 20.0
"""How long a client may take to send a request's head."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    _in_head = True
    _head_size = 0
    _impatience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request.

        A response is written in two pieces, its head and its body. Without TCP_NODELAY the second would wait
        until the client has acknowledged the first, which takes it 40 ms; asyncio does not set it on
        connections of a socket that others have made.
        """
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._leaving: set[Callable[[], object]] = set()
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more, and let the streams on it know."""
        self._end_head()
        for leave in tuple(self._leaving):
            leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; too many without the end of a head are refused."""
        if self._in_head:
            self._head_size += len(data)
        super().data_received(data)
        if self._in_head and self._head_size > MOST_HEAD:
            self._refuse(
                ApiError(431, f"The head is larger than {MOST_HEAD} bytes.", code="headers_too_large")
            )

    def on_message_begin(self) -> None:
        """A request begins. The carrier may cut its connection: a fault that was asked for does that.

        It may also put into a set what is to be called when the connection is lost.
        """
        super().on_message_begin()
        self._begin_head()
        extensions: dict[str, Any] = {
            "threadlab.cut": self.transport.close,
            "threadlab.leaving": self._leaving,
        }
        self.scope["extensions"] = extensions

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._end_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self._refuse(bad_request(msg, code="invalid_http"))

    def _begin_head(self) -> None:
        self._end_head()
        self._in_head, self._head_size = True, 0
        self._impatience = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _end_head(self) -> None:
        self._in_head = False
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    def _too_slow(self) -> None:
        self._refuse(ApiError(408, "The request did not come in time.", code="request_timeout"))

    def _refuse(self, error: ApiError) -> None:
        """Answer what never became a request, and hang up."""
        self._end_head()
        if self.transport.is_closing():
            return
        body = to_json(error.content)
        status = HTTPStatus(error.status)
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
            + body
        )
        self.transport.close()
