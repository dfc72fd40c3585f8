"""Bytes cut anywhere: whatever a stream's pieces are, the SDK's parsers and ours read the same events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from azure.ai.agents.models import (
    AgentEventHandler,
    AsyncAgentEventHandler,
    BaseAgentEventHandler,
    BaseAsyncAgentEventHandler,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from threadlab.backend.completer.port import Piece, Request, Text
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.backend.wire.http import WaitUntil
from threadlab.service.sse import Blocks

PREFIX = "/v1"


class Scene:
    """Answers in characters of one to four bytes, with what might be taken for a block's end."""

    stand_in, instant = "a test's completer", True

    def complete(self, request: Request) -> Iterable[Piece]:
        """The answer."""
        yield from (Text("a–ü\n\n"), Text("🌤data: x\r\n"), Text("event: "))


@cache
def stream_of_a_run() -> bytes:
    """The whole stream of a plain run, as the backend sends it."""
    backend = Backend.seeded(1, completer=Scene())

    def post(path: str, body: Any) -> Any:
        response = backend.handle(HttpRequest("POST", PREFIX + path, {}, {}, json.dumps(body).encode()))
        return json.loads(response.body) if isinstance(response.body, bytes) else response.body

    agent = post("/assistants", {"model": "m"})["id"]
    thread = post("/threads", {"messages": [{"role": "user", "content": "hi"}]})["id"]
    found = b""
    for piece in post(f"/threads/{thread}/runs", {"assistant_id": agent, "stream": True}):
        if isinstance(piece, WaitUntil):
            backend.time.sleep(piece.at - backend.time.now())
        else:
            found += piece
    backend.close()
    return found


class Bare(BaseAgentEventHandler[str]):
    """The SDK's cutting into blocks, and nothing else."""

    def _process_event(self, event_data_str: str) -> str:
        return event_data_str.strip()


class AsyncBare(BaseAsyncAgentEventHandler[str]):
    """The same in its asyncio form: a parser of its own."""

    async def _process_event(self, event_data_str: str) -> str:
        return event_data_str.strip()


async def arriving(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    """Pieces as an asyncio response has them."""
    for piece in pieces:
        yield piece


def read(handler: Any, pieces: Sequence[bytes]) -> list[Any]:
    """What a handler of the SDK makes of these pieces."""
    handler.initialize(iter(pieces), None)
    return list(handler)


async def read_async(handler: Any, pieces: Sequence[bytes]) -> list[Any]:
    """What an asyncio handler of the SDK makes of these pieces."""
    handler.initialize(arriving(pieces), None)
    return [event async for event in handler]


def read_ourselves(pieces: Sequence[bytes]) -> list[str]:
    """What the kit's own parser makes of them."""
    blocks = Blocks()
    found = [block for piece in pieces for block in blocks.feed(piece)] + list(blocks.end())
    return [f"event: {block.name}\ndata: {block.data}" for block in found]


def pieces_of(stream: bytes, cuts: Iterable[int]) -> Iterator[bytes]:
    """The stream cut at these places."""
    places = [0, *sorted(cuts), len(stream)]
    return (stream[start:end] for start, end in pairwise(places))


def test_one_cut_at_every_position_changes_nothing() -> None:
    """Between the two line feeds of an end, inside a character, inside a name: everywhere."""
    blocks = stream_of_a_run().split(b"\n\n")
    stream = b"\n\n".join(block for block in blocks if not block.startswith(b"event: thread.run"))
    whole = read(Bare(), [stream])
    assert whole[-1] == "event: done\ndata: [DONE]"
    assert len(whole) > 5

    async def async_reads() -> None:
        for place in range(len(stream) + 1):
            pieces = [stream[:place], stream[place:]]
            assert await read_async(AsyncBare(), pieces) == whole, place

    for place in range(len(stream) + 1):
        pieces = [stream[:place], stream[place:]]
        assert read(Bare(), pieces) == whole, place
        assert read_ourselves(pieces) == whole, place
    asyncio.run(async_reads())


def test_byte_by_byte_is_no_different() -> None:
    """Each byte a piece of its own."""
    stream = stream_of_a_run()
    pieces = [stream[place : place + 1] for place in range(len(stream))]
    whole = read(Bare(), [stream])
    assert read(Bare(), pieces) == read_ourselves(pieces) == whole
    assert asyncio.run(read_async(AsyncBare(), pieces)) == whole


def shown(events: Sequence[Any]) -> list[tuple[str, str]]:
    """Events of the SDK's typed handlers, in a form that can be compared."""
    return [(str(kind), str(data)) for kind, data, _ in events]


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 9_999), max_size=40))
def test_any_cuts_give_the_same_typed_events(cuts: list[int]) -> None:
    """Many at once, empty pieces among them, down to the SDK's own objects."""
    stream = stream_of_a_run()
    pieces = list(pieces_of(stream, [cut % (len(stream) + 1) for cut in cuts]))
    whole = shown(read(AgentEventHandler(), [stream]))
    assert shown(read(AgentEventHandler(), pieces)) == whole
    assert shown(asyncio.run(read_async(AsyncAgentEventHandler(), pieces))) == whole
    assert read_ourselves(pieces) == read(Bare(), [stream])


def test_what_a_model_says_cannot_forge_an_event() -> None:
    """Line ends inside a text are escaped in JSON: the number of blocks is that of the events."""
    text = "".join(
        part["text"]["value"]
        for block in read_ourselves([stream_of_a_run()])
        if block.startswith("event: thread.message.delta")
        for part in json.loads(block.split("data: ", 1)[1])["delta"]["content"]
    )
    assert text == "a–ü\n\n🌤data: x\r\nevent: "
