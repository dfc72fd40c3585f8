"""The carrier: an ASGI application that takes requests to the backend and brings back what it says.

Handlers are plain, short and never wait, so they run here, on the event loop. A stream waits as a task of
that loop, which costs no thread: any number may wait while others submit.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from dataclasses import replace
from typing import Any, Protocol

from threadlab.backend.clock import Clock
from threadlab.backend.server.gate import HEALTH, MOST_BODY, Gate, body_too_large, is_form
from threadlab.backend.wire.errors import ApiError, not_allowed
from threadlab.backend.wire.http import ConnectionDropped, Request, Response, WaitUntil, json_response
from threadlab.backend.wire.sse import DONE, frame

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handle = Callable[[Request], Response]

BODY_SECONDS = 60.0
"""How long a client may take to send a body."""
UPLOAD_SECONDS = 900.0
"""How long it may take to send a file."""
BURST = 64
"""Events that are written before others get their turn."""

log = logging.getLogger("threadlab.serve")


class Carried(Protocol):
    """What is carried: the backend. `time` is its clock."""

    time: Clock

    async def drive(self) -> None:
        """Drive the runs on the event loop; at once over if nobody has to."""
        ...

    def handle(self, request: Request) -> Response:
        """Answer one request; never waits, but for those that take their time."""
        ...

    def upload(self, request: Request) -> Fed | None:
        """What is to be fed with the body of a request that uploads a file; None for any other request."""
        ...

    def takes_time(self, request: Request) -> bool:
        """Whether answering takes so long that others must not wait for it."""
        ...

    async def wait_async(self, wait: WaitUntil) -> None:
        """Let the time of a `WaitUntil` pass, leaving the event loop free."""
        ...

    def is_over(self, wait: WaitUntil) -> bool:
        """Whether the bell that it listens to has rung already."""
        ...


class Fed(Protocol):
    """A body that is taken piece by piece. Raises ApiError for one that cannot be."""

    def feed(self, piece: bytes) -> None:
        """Take a piece."""
        ...

    def drop(self) -> None:
        """Leave nothing behind of what was not kept."""
        ...


class ClientGone(Exception):
    """The client hung up before its request was whole."""


class Carrier:
    """Carries `backend` behind `gate`. `mounts` are handlers for paths of other beginnings."""

    def __init__(
        self, backend: Carried, gate: Gate, *, health: Mapping[str, str], mounts: Mapping[str, Handle]
    ) -> None:
        self._backend = backend
        self._gate = gate
        self._health = health
        self._mounts = mounts
        self._streams: set[asyncio.Task[None]] = set()
        self._late: set[asyncio.Future[None]] = set()
        self._driving: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Have the event loop drive the runs, too."""
        self._driving = asyncio.create_task(self._backend.drive())
        self._driving.add_done_callback(_tell_of_failure)

    def stop(self) -> None:
        """End every stream where it is: its run goes on, and whoever reads can come back for the rest.

        Answers that were to be late leave now.
        """
        if self._driving is not None:
            self._driving.cancel()
        for sleeping in tuple(self._late):
            sleeping.cancel()
        for stream in tuple(self._streams):
            stream.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        try:
            response = await self._answer(scope, receive)
            if response.not_before is not None:
                await self._sleep_until(scope, response.not_before)
            if isinstance(response.body, bytes):
                await _send_whole(send, response, response.body)
            else:
                await self._send_stream(scope, send, response, response.body)
        except ConnectionDropped:
            scope["extensions"]["threadlab.cut"]()
            await asyncio.sleep(0)  # uvicorn must see the end of the connection before that of this call
        except ClientGone:
            pass

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            request = self._gate.admit(scope)
            if request.path == HEALTH:
                return self._healthy(request)
            if is_form(request.headers) and (upload := self._backend.upload(request)) is not None:
                return await self._take_upload(request, receive, upload)
            body = await _read_body(receive)
            whole = Request(request.method, request.path, request.query, request.headers, body)
            handle = self._handler(request.path)
            if self._backend.takes_time(whole):
                return await asyncio.to_thread(handle, whole)
            return handle(whole)
        except ApiError as error:
            return error.response()
        except (ConnectionDropped, ClientGone):
            raise
        except Exception as error:
            return _failed(error).response()

    async def _take_upload(self, request: Request, receive: Receive, upload: Fed) -> Response:
        """A file goes where it belongs while it arrives: the memory never holds more than a piece of it."""
        try:
            await _take_body(receive, upload.feed, UPLOAD_SECONDS)
            return self._backend.handle(replace(request, upload=upload))
        finally:
            upload.drop()

    async def _sleep_until(self, scope: Scope, instant: float) -> None:
        """Let the time of a late answer pass, unless the server stops or the client leaves before."""
        time = self._backend.time
        sleeping = asyncio.ensure_future(time.sleep_async(max(instant - time.now(), 0.0)))
        leaving: set[Callable[[], object]] = scope["extensions"]["threadlab.leaving"]
        self._late.add(sleeping)
        leaving.add(sleeping.cancel)
        try:
            await asyncio.wait({sleeping})
        finally:
            sleeping.cancel()
            self._late.discard(sleeping)
            leaving.discard(sleeping.cancel)

    def _handler(self, path: str) -> Handle:
        mounted = (handle for start, handle in self._mounts.items() if path.startswith(f"{start}/"))
        return next(mounted, self._backend.handle)

    def _healthy(self, request: Request) -> Response:
        if request.method != "GET":
            raise not_allowed(request.method, HEALTH, ("GET",))
        return json_response({"status": "ok", **self._health})

    async def _send_stream(
        self, scope: Scope, send: Send, response: Response, pieces: Iterator[bytes | WaitUntil]
    ) -> None:
        """Write a stream until it ends, its reader leaves, or the server stops."""
        writing = asyncio.current_task()
        assert writing is not None
        leaving: set[Callable[[], object]] = scope["extensions"]["threadlab.leaving"]
        self._streams.add(writing)
        leaving.add(writing.cancel)
        try:
            await send(_start(response))
            await self._write(send, pieces)
        finally:
            self._streams.discard(writing)
            leaving.discard(writing.cancel)

    async def _write(self, send: Send, pieces: Iterator[bytes | WaitUntil]) -> None:
        """Write the pieces as they come, and the end; those that are there together go together.

        The end is written too when this is cancelled, but not when a fault cuts the connection.
        """
        ready: list[bytes] = []
        try:
            for piece in _until_failure(pieces):
                if isinstance(piece, bytes):
                    ready.append(piece)
                    if len(ready) < BURST:
                        continue
                elif ready:
                    await asyncio.sleep(0)  # whoever drives the runs may have more in a moment
                    if self._backend.is_over(piece):
                        continue
                await _flush(send, ready)
                await (self._backend.wait_async(piece) if isinstance(piece, WaitUntil) else asyncio.sleep(0))
        except asyncio.CancelledError:
            pass
        except ConnectionDropped:
            await _flush(send, ready)
            raise
        await send({"type": "http.response.body", "body": b"".join(ready)})


def _until_failure(pieces: Iterator[bytes | WaitUntil]) -> Iterator[bytes | WaitUntil]:
    """The pieces; if making them fails, an `error` event and the end, for the status is long sent."""
    try:
        yield from pieces
    except ConnectionDropped:
        raise
    except Exception as error:
        yield frame("error", _failed(error).content["error"])
        yield DONE


async def _flush(send: Send, ready: list[bytes]) -> None:
    if ready:
        body = b"".join(ready)
        ready.clear()
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _send_whole(send: Send, response: Response, body: bytes) -> None:
    await send(_start(response, length=len(body)))
    await send({"type": "http.response.body", "body": body})


def _start(response: Response, length: int | None = None) -> Message:
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    return {"type": "http.response.start", "status": response.status, "headers": headers}


def _tell_of_failure(driving: asyncio.Task[None]) -> None:
    """Without whoever drives them no run moves any more, and nobody would know why."""
    if not driving.cancelled() and (error := driving.exception()) is not None:
        log.error("the runs are not driven any more", exc_info=error)


async def _read_body(receive: Receive) -> bytes:
    """The whole body. Raises ApiError for one too large or too slow, ClientGone when the client left."""
    body = bytearray()

    def take(piece: bytes) -> None:
        body.extend(piece)
        if len(body) > MOST_BODY:
            raise body_too_large()

    await _take_body(receive, take, BODY_SECONDS)
    return bytes(body)


async def _take_body(receive: Receive, take: Callable[[bytes], None], seconds: float) -> None:
    """Take each piece of a body. Raises ApiError for one too slow, ClientGone when the client left."""
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                take(message.get("body", b""))
                more = message.get("more_body", False)
    except TimeoutError:
        raise ApiError(408, "The body did not come in time.", code="request_timeout") from None


def _failed(error: Exception) -> ApiError:
    """What a client is told of a fault of ours: where to find more. The log has the rest."""
    reference = secrets.token_hex(4)
    log.error("request failed, reference %s", reference, exc_info=error)
    return ApiError(
        500,
        f"The server failed on this request. Its log says more under the reference {reference}.",
        code="server_error",
        type="server_error",
    )
