"""Responses of the in-process door, in the shape that azure-core's pipeline and the SDK expect.

A body of bytes is there at once. A stream is handed on piece by piece: where the backend says "nothing
before this instant", the sync response sleeps and the async one awaits, both by the backend's clock.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, MutableMapping
from email.message import Message
from functools import lru_cache
from http.client import responses
from typing import Any

from azure.core.exceptions import (
    HttpResponseError,
    ResponseNotReadError,
    StreamClosedError,
    StreamConsumedError,
)
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse
from azure.core.utils import CaseInsensitiveDict

from threadlab.backend.wire.http import Response, WaitUntil
from threadlab.connect.in_process_bytes import InProcessBytes
from threadlab.objects.time import Time


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str | None:
    declared = Message()
    declared["content-type"] = content_type
    return declared.get_content_charset()


class _Answer:
    """What both kinds of response share: everything but reading."""

    def __init__(self, request: HttpRequest, answer: Response, time: Time) -> None:
        self._request = request
        self._status = answer.status
        self._headers: MutableMapping[str, str] = CaseInsensitiveDict(answer.headers)
        self._pieces: Iterator[bytes | WaitUntil] | None = None
        self._content: bytes | None = None
        if isinstance(answer.body, bytes):
            self._content = answer.body
        else:
            self._pieces = answer.body
        self._time = time
        self._encoding: str | None = None
        self._json: Any = None
        self._consumed = self._closed = False

    @property
    def request(self) -> HttpRequest:
        """The request that this answers."""
        return self._request

    @property
    def url(self) -> str:
        """The request's URL."""
        return self._request.url

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self._status

    @property
    def reason(self) -> str:
        """The status in words."""
        return responses.get(self._status, "")

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The headers, whatever the case of their names."""
        return self._headers

    @property
    def content_type(self) -> str | None:
        """The content type."""
        return self._headers.get("content-type")

    @property
    def is_closed(self) -> bool:
        """Whether the response was closed."""
        return self._closed

    @property
    def is_stream_consumed(self) -> bool:
        """Whether somebody began to read the stream."""
        return self._consumed

    @property
    def encoding(self) -> str | None:
        """The charset that was set, or that the content type names."""
        if self._encoding is None:
            self._encoding = _charset(self.content_type or "")
        return self._encoding

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding, self._json = value, None

    @property
    def content(self) -> bytes:
        """The whole body. Raises azure-core's ResponseNotReadError for a stream that was not read."""
        if self._content is None:
            raise ResponseNotReadError(self)
        return self._content

    def text(self, encoding: str | None = None) -> str:
        """The body as text."""
        return self.content.decode(encoding or self.encoding or "utf-8-sig", errors="replace")

    def json(self) -> Any:
        """The body as decoded JSON."""
        if self._json is None:
            self._json = json.loads(self.text())
        return self._json

    def raise_for_status(self) -> None:
        """Raise azure-core's HttpResponseError for a status of 400 or more."""
        if self._status >= 400:
            raise HttpResponseError(response=self)

    def _begin(self) -> Iterator[bytes | WaitUntil]:
        """The pieces, once. Raises azure-core's errors for a stream that was read or closed."""
        if self._pieces is None:
            return iter((self.content,))
        if self._consumed:
            raise StreamConsumedError(self)
        if self._closed:
            raise StreamClosedError(self)
        self._consumed = True
        return self._pieces

    def _seconds_until(self, wait: WaitUntil) -> float:
        return max(wait.at - self._time.now(), 0.0)

    def _let_go(self) -> None:
        """Tell the backend that nobody reads on."""
        self._closed = True
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class InProcessResponse(_Answer, HttpResponse):
    """The response that a synchronous client gets."""

    def read(self) -> bytes:
        """The whole body, read to its end."""
        if self._content is None:
            self._content = b"".join(self.iter_bytes())
        return self._content

    def iter_bytes(self, **_: Any) -> Iterator[bytes]:
        """The body as it comes."""
        return InProcessBytes(self._begin(), self._time, self.close)

    def iter_raw(self, **_: Any) -> Iterator[bytes]:
        """The body as it comes; nothing is compressed here."""
        return self.iter_bytes()

    def close(self) -> None:
        """Stop reading."""
        self._let_go()

    def __exit__(self, *_: object) -> None:
        self.close()

    def __enter__(self) -> InProcessResponse:
        return self


class InProcessAsyncResponse(_Answer, AsyncHttpResponse):
    """The response that an asyncio client gets."""

    async def read(self) -> bytes:
        """The whole body, read to its end."""
        if self._content is None:
            self._content = b"".join([piece async for piece in self.iter_bytes()])
        return self._content

    async def iter_bytes(self, **_: Any) -> AsyncIterator[bytes]:
        """The body as it comes."""
        try:
            for piece in self._begin():
                if isinstance(piece, WaitUntil):
                    await self._time.sleep_async(self._seconds_until(piece))
                else:
                    yield piece
        finally:
            self._let_go()

    async def iter_raw(self, **_: Any) -> AsyncIterator[bytes]:
        """The body as it comes; nothing is compressed here."""
        async for piece in self.iter_bytes():
            yield piece

    async def close(self) -> None:
        """Stop reading."""
        self._let_go()

    async def __aexit__(self, *_: object) -> None:
        await self.close()
