"""The in-process door for the openai client: its `beta.threads` speaks the same protocol, under `/v1`.

The client brings httpx2, which takes a transport as azure-core does. The two here hand its requests to the
backend's handlers and let streams pass piece by piece. No socket, and it works inside a running event loop.

    client = openai_client(backend)      # or `await`ed: openai_client_async(backend)
    with client.beta.threads.runs.stream(thread_id=…, assistant_id=…) as stream: …
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import openai

from threadlab.backend.wire.http import ConnectionDropped, Request, Response, WaitUntil
from threadlab.connect.in_process import Handler
from threadlab.connect.recorded_http import RecordedAsyncHttp, RecordedHttp
from threadlab.connect.wire_log import WireLog
from threadlab.objects.time import Time

BASE_URL = "https://threadlab.invalid/v1"
"""Nothing is ever sent there: the name cannot be resolved (RFC 2606)."""


def openai_client(
    handler: Handler, key: str = "local", log: WireLog | None = None, **options: Any
) -> openai.OpenAI:
    """A client of openai whose requests `handler` answers, recorded in `log`. `options` are its own."""
    carrier = InProcessHttp(handler)
    http = httpx2.Client(transport=RecordedHttp(carrier, log) if log is not None else carrier)
    return openai.OpenAI(base_url=BASE_URL, api_key=key, http_client=http, **options)


def openai_client_async(
    handler: Handler, key: str = "local", log: WireLog | None = None, **options: Any
) -> openai.AsyncOpenAI:
    """The same for asyncio, on the loop that asks."""
    carrier = InProcessAsyncHttp(handler)
    http = httpx2.AsyncClient(transport=RecordedAsyncHttp(carrier, log) if log is not None else carrier)
    return openai.AsyncOpenAI(base_url=BASE_URL, api_key=key, http_client=http, **options)


class InProcessHttp(httpx2.BaseTransport):
    """Carries the requests of a synchronous client to `handler`."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response. Raises httpx2's RemoteProtocolError where the connection is to be cut."""
        answer, time = _answer(self._handler, request, request.read()), self._handler.time
        if late := _late(answer, time):
            time.sleep(late)
        body = answer.body if isinstance(answer.body, bytes) else _Body(answer.body, time)
        return _response(answer, body, request)


class InProcessAsyncHttp(httpx2.AsyncBaseTransport):
    """Carries the requests of an asyncio client to `handler`, on the loop that asks."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response. Raises httpx2's RemoteProtocolError where the connection is to be cut."""
        await asyncio.sleep(0)  # a client that only asks and asks must still leave the loop to others
        answer, time = _answer(self._handler, request, await request.aread()), self._handler.time
        if late := _late(answer, time):
            await time.sleep_async(late)
        body = answer.body if isinstance(answer.body, bytes) else _AsyncBody(answer.body, time)
        return _response(answer, body, request)


class _Body(httpx2.SyncByteStream):
    def __init__(self, pieces: Iterator[bytes | WaitUntil], time: Time) -> None:
        self._pieces, self._time = pieces, time

    def __iter__(self) -> Iterator[bytes]:
        while (piece := _next(self._pieces)) is not None:
            if isinstance(piece, WaitUntil):
                self._time.sleep(max(piece.at - self._time.now(), 0.0))
            else:
                yield piece

    def close(self) -> None:
        """Tell the backend that nobody reads on."""
        _close(self._pieces)


class _AsyncBody(httpx2.AsyncByteStream):
    def __init__(self, pieces: Iterator[bytes | WaitUntil], time: Time) -> None:
        self._pieces, self._time = pieces, time

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := _next(self._pieces)) is not None:
            if isinstance(piece, WaitUntil):
                await self._time.sleep_async(max(piece.at - self._time.now(), 0.0))
            else:
                yield piece

    async def aclose(self) -> None:
        """Tell the backend that nobody reads on."""
        _close(self._pieces)


def _answer(handler: Handler, request: httpx2.Request, body: bytes) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = dict(request.url.params)
    try:
        return handler.handle(Request(request.method, request.url.path, query, headers, body))
    except ConnectionDropped:
        raise httpx2.RemoteProtocolError("the connection was closed before an answer came") from None


def _response(
    answer: Response, body: bytes | httpx2.SyncByteStream | httpx2.AsyncByteStream, request: httpx2.Request
) -> httpx2.Response:
    headers = dict(answer.headers)
    if isinstance(body, bytes):
        return httpx2.Response(answer.status, headers=headers, content=body, request=request)
    return httpx2.Response(answer.status, headers=headers, stream=body, request=request)


def _next(pieces: Iterator[bytes | WaitUntil]) -> bytes | WaitUntil | None:
    try:
        return next(pieces, None)
    except ConnectionDropped:
        raise httpx2.RemoteProtocolError("the connection was closed in the midst of the stream") from None


def _late(answer: Response, time: Time) -> float:
    return 0.0 if answer.not_before is None else max(answer.not_before - time.now(), 0.0)


def _close(pieces: Iterator[bytes | WaitUntil]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
