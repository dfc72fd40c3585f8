"""Recorded HTTP: the wire log for the openai client, which has transports where the SDK has policies.

Each attempt is an entry of its own, as with the SDK. What stands before the service's paths (`/v1`) is left
out, so that a request reads the same whichever client made it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx2

from threadlab.connect.recorded_body import recorded
from threadlab.connect.wire_log import Sent, WireLog, in_words

PREFIX = "/v1"
RETRIES = "x-stainless-retry-count"
"""The header in which the client says how often it has tried before."""

Listening = Callable[[Any, Callable[[str], None]], httpx2.SyncByteStream | httpx2.AsyncByteStream]
"""Makes of a stream one that tells whoever is given if it breaks off."""


def recorded_client(log: WireLog) -> httpx2.Client:
    """A synchronous HTTP client that goes through the network."""
    return httpx2.Client(transport=RecordedHttp(httpx2.HTTPTransport(), log))


def recorded_client_async(log: WireLog) -> httpx2.AsyncClient:
    """The same for asyncio."""
    return httpx2.AsyncClient(transport=RecordedAsyncHttp(httpx2.AsyncHTTPTransport(), log))


class RecordedHttp(httpx2.BaseTransport):
    """Carries the requests of a synchronous client by `carrier`, and writes them into `log`."""

    def __init__(self, carrier: httpx2.BaseTransport, log: WireLog) -> None:
        self._carrier, self._log = carrier, log

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response; one that is no stream is read to its end."""
        sent = _sent(self._log, request, request.read())
        try:
            response = self._carrier.handle_request(request)
            if not _is_stream(response):
                response = _whole(response, b"".join(response.stream))  # type: ignore[arg-type]
        except httpx2.TransportError as error:
            self._log.record(sent, error=in_words(error))
            raise
        return _answered(self._log, sent, response, _Stream)

    def close(self) -> None:
        """Close the carrier."""
        self._carrier.close()


class RecordedAsyncHttp(httpx2.AsyncBaseTransport):
    """Carries the requests of an asyncio client by `carrier`, and writes them into `log`."""

    def __init__(self, carrier: httpx2.AsyncBaseTransport, log: WireLog) -> None:
        self._carrier, self._log = carrier, log

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response; one that is no stream is read to its end."""
        sent = _sent(self._log, request, await request.aread())
        try:
            response = await self._carrier.handle_async_request(request)
            if not _is_stream(response):
                pieces = [piece async for piece in response.stream]  # type: ignore[union-attr]
                response = _whole(response, b"".join(pieces))
        except httpx2.TransportError as error:
            self._log.record(sent, error=in_words(error))
            raise
        return _answered(self._log, sent, response, _AsyncStream)

    async def aclose(self) -> None:
        """Close the carrier."""
        await self._carrier.aclose()


class _Stream(httpx2.SyncByteStream):
    def __init__(self, pieces: httpx2.SyncByteStream, broke_off: Callable[[str], None]) -> None:
        self._pieces, self._broke_off = pieces, broke_off

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        except httpx2.TransportError as error:
            self._broke_off(in_words(error))
            raise

    def close(self) -> None:
        self._pieces.close()


class _AsyncStream(httpx2.AsyncByteStream):
    def __init__(self, pieces: httpx2.AsyncByteStream, broke_off: Callable[[str], None]) -> None:
        self._pieces, self._broke_off = pieces, broke_off

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._pieces:
                yield piece
        except httpx2.TransportError as error:
            self._broke_off(in_words(error))
            raise

    async def aclose(self) -> None:
        await self._pieces.aclose()


def _sent(log: WireLog, request: httpx2.Request, content: bytes) -> Sent:
    path = request.url.raw_path.decode("ascii").removeprefix(PREFIX)
    return log.sent(request.method, path, content, int(request.headers.get(RETRIES, "0")) + 1)


def _is_stream(response: httpx2.Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/event-stream")


def _whole(response: httpx2.Response, content: bytes) -> httpx2.Response:
    """The same response, with its body as it was sent."""
    return httpx2.Response(
        response.status_code, headers=response.headers, content=content, extensions=response.extensions
    )


def _answered(log: WireLog, sent: Sent, response: httpx2.Response, stream: Listening) -> httpx2.Response:
    """The response, recorded: with its body, or as a stream that began and may yet break off."""
    if not _is_stream(response):
        log.record(sent, status=response.status_code, received=recorded(response.content))
        return response
    received = {"stream": response.headers["content-type"]}
    entry = log.record(sent, status=response.status_code, received=received)
    response.stream = stream(response.stream, entry.broke_off)
    return response
