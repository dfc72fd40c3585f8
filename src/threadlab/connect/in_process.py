"""The in-process door: the SDK's requests become calls of the backend's handlers. No socket, no thread.

azure-core lets a client bring its own transport; these two, one for each kind of client, translate
requests and let streams pass piece by piece. They work inside a running event loop, so in any notebook.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from azure.core.pipeline.transport import AsyncHttpTransport, HttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from threadlab.backend.wire.http import Request, Response
from threadlab.connect.arriving import arriving, late_by
from threadlab.connect.in_process_response import InProcessAsyncResponse, InProcessResponse
from threadlab.objects.time import Time


class Handler(Protocol):
    """What stands behind the door: the backend, or anything that answers as it does."""

    @property
    def time(self) -> Time:
        """The clock of whatever answers."""
        ...

    def handle(self, request: Request) -> Response:
        """Answer one request, without blocking."""
        ...


class InProcessTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Carries the requests of a synchronous client to `handler`."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def send(self, request: HttpRequest, *, stream: bool = False, **_: Any) -> HttpResponse:
        """The response; unless `stream`, read to its end. Timeouts are accepted and mean nothing here."""
        answer = arriving(self._handler.handle, translated(request))
        if late := late_by(answer, self._handler.time):
            self._handler.time.sleep(late)
        response = InProcessResponse(request, answer, self._handler.time)
        if not stream:
            response.read()
        return response

    def sleep(self, duration: float) -> None:
        """Wait between two attempts, by the backend's clock."""
        self._handler.time.sleep(duration)

    def open(self) -> None:
        """Nothing is to be opened."""

    def close(self) -> None:
        """Nothing is to be closed: the backend belongs to whoever made it."""

    def __exit__(self, *_: object) -> None:
        self.close()


class InProcessAsyncTransport(AsyncHttpTransport[HttpRequest, AsyncHttpResponse]):
    """Carries the requests of an asyncio client to `handler`, on the loop that asks."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def send(self, request: HttpRequest, *, stream: bool = False, **_: Any) -> AsyncHttpResponse:
        """The response; unless `stream`, read to its end. Timeouts are accepted and mean nothing here."""
        await asyncio.sleep(0)  # a client that only asks and asks must still leave the loop to others
        answer = arriving(self._handler.handle, translated(request))
        if late := late_by(answer, self._handler.time):
            await self._handler.time.sleep_async(late)
        response = InProcessAsyncResponse(request, answer, self._handler.time)
        if not stream:
            await response.read()
        return response

    async def sleep(self, duration: float) -> None:
        """Wait between two attempts, by the backend's clock."""
        await self._handler.time.sleep_async(duration)

    async def open(self) -> None:
        """Nothing is to be opened."""

    async def close(self) -> None:
        """Nothing is to be closed: the backend belongs to whoever made it."""

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def translated(request: HttpRequest) -> Request:
    """An azure-core request as the plain data that handlers take."""
    url = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    body, content_type = _body(request)
    if content_type is not None:
        headers["content-type"] = content_type
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Request(request.method, unquote(url.path), query, headers, body)


def _body(request: HttpRequest) -> tuple[bytes, str | None]:
    """The body's bytes, and its content type if encoding it has decided that."""
    files, data = request._files, request._data  # azure-core keeps the parts of a form nowhere else
    if files:
        from threadlab.connect.multipart import encode_form  # noqa: PLC0415

        return encode_form(data or {}, files)
    if data is None:
        return b"", None
    if isinstance(data, str):
        return data.encode(), None
    if isinstance(data, bytes):
        return data, None
    if hasattr(data, "read"):
        content = data.read()
        return content.encode() if isinstance(content, str) else content, None
    return b"".join(data), None
