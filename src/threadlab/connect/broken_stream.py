"""A broken stream: a response's bytes, with somebody told if they break off before their end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from azure.core.exceptions import AzureError
from azure.core.rest import AsyncHttpResponse, HttpResponse

Tell = Callable[[AzureError], None]


def tell_of_break(response: HttpResponse | AsyncHttpResponse, tell: Tell) -> None:
    """Whoever reads the response from now on, `tell` hears of the error that ends the reading."""
    if isinstance(response, AsyncHttpResponse):
        read_async = response.iter_bytes
        response.iter_bytes = lambda **options: _told(read_async(**options), tell)  # type: ignore[method-assign]
    else:
        read = response.iter_bytes
        response.iter_bytes = lambda **options: _Told(read(**options), tell)  # type: ignore[method-assign]


class _Told(Iterator[bytes]):
    """Bytes that are read. What else the reader can do (`step`, `close`) stays possible."""

    def __init__(self, pieces: Iterator[bytes], tell: Tell) -> None:
        self._pieces = pieces
        self._tell = tell

    def __next__(self) -> bytes:
        piece: bytes = self._guarded(self._pieces.__next__)
        return piece

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._pieces, name)
        return (lambda: self._guarded(found)) if name == "step" else found

    def _guarded(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except AzureError as error:
            self._tell(error)
            raise


async def _told(pieces: AsyncIterator[bytes], tell: Tell) -> AsyncIterator[bytes]:
    try:
        async for piece in pieces:
            yield piece
    except AzureError as error:
        tell(error)
        raise
