"""Stream reading: a response's bytes, with somebody told of each piece that is read, and of a break."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from azure.core.exceptions import AzureError
from azure.core.rest import AsyncHttpResponse, HttpResponse

Read = Callable[[], None]
Broken = Callable[[AzureError], None]


def tell_of_reading(response: HttpResponse | AsyncHttpResponse, read: Read, broken: Broken) -> None:
    """From now on `read` hears of each piece that somebody reads, `broken` of an error that ends that."""
    if isinstance(response, AsyncHttpResponse):
        pieces_async = response.iter_bytes
        response.iter_bytes = lambda **options: _told(pieces_async(**options), read, broken)  # type: ignore[method-assign]
    else:
        pieces = response.iter_bytes
        response.iter_bytes = lambda **options: _Told(pieces(**options), read, broken)  # type: ignore[method-assign]


class _Told(Iterator[bytes]):
    """Bytes that are read. What else the reader can do (`step`, `close`) stays possible."""

    def __init__(self, pieces: Iterator[bytes], read: Read, broken: Broken) -> None:
        self._pieces = pieces
        self._read = read
        self._broken = broken

    def __next__(self) -> bytes:
        piece: bytes = self._guarded(self._pieces.__next__)
        return piece

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._pieces, name)
        return (lambda: self._guarded(found)) if name == "step" else found

    def _guarded(self, draw: Callable[[], Any]) -> Any:
        try:
            drawn = draw()
        except AzureError as error:
            self._broken(error)
            raise
        if isinstance(drawn, bytes):
            self._read()
        return drawn


async def _told(pieces: AsyncIterator[bytes], read: Read, broken: Broken) -> AsyncIterator[bytes]:
    try:
        async for piece in pieces:
            read()
            yield piece
    except AzureError as error:
        broken(error)
        raise
