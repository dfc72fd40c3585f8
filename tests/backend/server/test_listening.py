"""Listening: a connection of the server before any request, and streams whose readers leave."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from threadlab.backend.clock import Clock, RealClock
from threadlab.backend.server.carrier import Carrier
from threadlab.backend.server.gate import Gate
from threadlab.backend.server.listen import open_socket
from threadlab.backend.server.protocol import BoundedProtocol
from threadlab.backend.wire.http import Request, Response, WaitUntil
from threadlab.backend.wire.sse import DONE, HEADERS

ASKED = b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-1\r\n\r\n"
AN_EVENT = b"event: x\ndata: {}\n\n"


class Streaming:
    """What is carried: a stream that says something, and then nothing for a long time."""

    time: Clock = RealClock()

    async def drive(self) -> None:
        """There are no runs."""

    def handle(self, request: Request) -> Response:
        """Always the stream."""

        def pieces() -> Iterator[bytes | WaitUntil]:
            yield AN_EVENT
            yield WaitUntil(0.0)
            yield DONE

        return Response(200, pieces(), HEADERS)

    def upload(self, request: Request) -> None:
        """Nobody uploads anything."""

    def takes_time(self, request: Request) -> bool:
        """Nothing does."""
        return False

    def is_over(self, wait: WaitUntil) -> bool:
        """Never."""
        return False

    async def wait_async(self, wait: WaitUntil) -> None:
        """A long time."""
        await asyncio.sleep(60)


@asynccontextmanager
async def asking(
    carrier: Carrier,
) -> AsyncIterator[tuple[BoundedProtocol, asyncio.StreamReader, asyncio.StreamWriter]]:
    """The server's side of a connection, and the client's when it has sent its request."""
    config = uvicorn.Config(carrier, http=BoundedProtocol, ws="none", lifespan="off", log_config=None)
    config.load()
    protocol = BoundedProtocol(config=config, server_state=ServerState(), app_state={})
    listening = open_socket("127.0.0.1", 0)
    server = await asyncio.get_running_loop().create_server(lambda: protocol, sock=listening)
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(ASKED)
    yield protocol, reader, writer
    writer.close()
    await writer.wait_closed()
    await until(lambda: protocol.transport.is_closing())
    server.close()
    await server.wait_closed()


@asynccontextmanager
async def connected(carrier: Carrier) -> AsyncIterator[tuple[BoundedProtocol, asyncio.StreamWriter]]:
    """Both sides when the client has heard the first event."""
    async with asking(carrier) as (protocol, reader, writer):
        await asyncio.wait_for(reader.readuntil(AN_EVENT), 30)
        yield protocol, writer


async def until(what: Callable[[], object]) -> None:
    """Wait for what becomes true in the end."""
    async with asyncio.timeout(30):
        while not what():
            await asyncio.sleep(0.001)


def carrier() -> Carrier:
    """One that carries the stream."""
    return Carrier(Streaming(), Gate("127.0.0.1", "sk-1"), health={}, mounts={})


def test_the_body_of_a_response_need_not_wait_until_its_head_is_acknowledged() -> None:
    """Clients that keep a connection would otherwise get each answer 40 ms late."""

    async def is_quick() -> bool:
        async with connected(carrier()) as (protocol, _):
            accepted = protocol.transport.get_extra_info("socket")
            return bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    assert asyncio.run(is_quick())


def test_a_stream_ends_when_its_reader_leaves() -> None:
    """Though it has nothing to say, and so nothing that could fail to be sent."""
    carried = carrier()

    async def leave() -> None:
        async with connected(carried) as (_, writer):
            assert len(carried._streams) == 1
            writer.close()
            await until(lambda: not carried._streams)

    asyncio.run(leave())


def test_streams_are_ended_politely_when_the_server_stops() -> None:
    """Their readers get the end of the response, and not a connection that breaks."""
    carried = carrier()

    async def stop() -> None:
        async with connected(carried) as (protocol, _):
            carried.stop()
            await until(lambda: not carried._streams)
            assert not protocol.transport.is_closing()

    asyncio.run(stop())


class Late(Streaming):
    """What is carried: an answer that is not to leave for a minute."""

    def handle(self, request: Request) -> Response:
        """Always that."""
        return Response(200, AN_EVENT, HEADERS, not_before=self.time.now() + 60)


@pytest.mark.parametrize("stops", [True, False], ids=["the server stops", "the client leaves"])
def test_an_answer_that_is_to_be_late_keeps_nobody(stops: bool) -> None:
    """It leaves at once when the server stops; for a client that has left nothing waits."""
    carried = Carrier(Late(), Gate("127.0.0.1", "sk-1"), health={}, mounts={})

    async def end() -> None:
        async with asking(carried) as (_, reader, writer):
            await until(lambda: carried._late)
            if stops:
                carried.stop()
                await asyncio.wait_for(reader.readuntil(AN_EVENT), 30)
            else:
                writer.close()
            await until(lambda: not carried._late)

    asyncio.run(end())


class Slow(Streaming):
    """What is carried: an answer that is not there before somebody else was served."""

    def __init__(self) -> None:
        self.served = threading.Event()

    def takes_time(self, request: Request) -> bool:
        """It does."""
        return True

    def handle(self, request: Request) -> Response:
        """Wait for the other."""
        return Response(200, AN_EVENT if self.served.wait(30) else b"", HEADERS)


def test_a_request_that_takes_its_time_keeps_nobody_waiting() -> None:
    """It is answered on a thread, while the event loop serves others."""
    carried = Slow()

    async def ask() -> None:
        slow = Carrier(carried, Gate("127.0.0.1", "sk-1"), health={}, mounts={})
        async with asking(slow) as (_, reader, _):
            await asyncio.sleep(0.01)
            carried.served.set()
            await asyncio.wait_for(reader.readuntil(AN_EVENT), 30)

    asyncio.run(ask())
