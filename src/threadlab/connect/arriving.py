"""Arriving: a response of the backend on its way to a client, as a connection would carry it.

It may come late, and the connection may be cut, before the answer or in the midst of a stream: then the
client gets the errors that it would get of a real connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from azure.core.exceptions import IncompleteReadError, ServiceResponseError

from threadlab.backend.wire.http import ConnectionDropped, Request, Response, WaitUntil
from threadlab.objects.time import Time


def arriving(handle: Callable[[Request], Response], request: Request) -> Response:
    """The response, its stream ready to be cut. Raises azure-core's ServiceResponseError if there is none."""
    try:
        response = handle(request)
    except ConnectionDropped:
        raise ServiceResponseError("the connection was closed before an answer came") from None
    if isinstance(response.body, bytes):
        return response
    return replace(response, body=_Stream(response.body))


def late_by(response: Response, time: Time) -> float:
    """Seconds of the service that the response is still on its way."""
    return 0.0 if response.not_before is None else max(response.not_before - time.now(), 0.0)


class _Stream(Iterator[bytes | WaitUntil]):
    """The pieces of a stream; a cut is azure-core's IncompleteReadError. A class, as interrupts ask for."""

    def __init__(self, pieces: Iterator[bytes | WaitUntil]) -> None:
        self._pieces = pieces

    def __next__(self) -> bytes | WaitUntil:
        try:
            return next(self._pieces)
        except ConnectionDropped:
            raise IncompleteReadError("the connection was closed in the midst of the stream") from None

    def close(self) -> None:
        """Tell the backend that nobody reads on."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
