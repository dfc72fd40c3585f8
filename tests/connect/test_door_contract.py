"""What every door owes its client, checked on each: the synchronous one and the asyncio one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from azure.core.rest import HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.backend.wire.http import Response, WaitUntil, json_response
from threadlab.connect.in_process import InProcessAsyncTransport, InProcessTransport

if TYPE_CHECKING:
    from tests.connect.conftest import Told, ToldHandler

Came = tuple[int, list[bytes], float]
"""A status, the pieces of the body, and the instant at which the last one came."""


def through_sync(handler: ToldHandler, request: HttpRequest) -> Came:
    """Ask as the synchronous client does."""
    with InProcessTransport(handler) as door, door.send(request, stream=True) as response:
        return response.status_code, list(response.iter_bytes()), handler.time.now()


def through_asyncio(handler: ToldHandler, request: HttpRequest) -> Came:
    """Ask as the asyncio client does."""

    async def ask() -> Came:
        door = InProcessAsyncTransport(handler)
        async with door, await door.send(request, stream=True) as response:
            pieces = [piece async for piece in response.iter_bytes()]
            return response.status_code, pieces, handler.time.now()

    return asyncio.run(ask())


Ask = Callable[["ToldHandler", HttpRequest], Came]


@pytest.fixture(scope="module", params=[through_sync, through_asyncio])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Each door in turn."""
    way: Ask = request.param
    return way


@given(body=st.binary(), status=st.sampled_from([200, 400, 404, 429, 500, 599]))
def test_status_and_body_come_through_unchanged(ask: Ask, told: Told, body: bytes, status: int) -> None:
    """Whatever the bytes are, both ways."""
    handler = told(lambda request: Response(status, request.body))
    came = ask(handler, HttpRequest("POST", "https://x/y", content=body))
    assert (came[0], b"".join(came[1])) == (status, body)


@given(steps=st.lists(st.binary(min_size=1) | st.floats(0, 100), max_size=8))
def test_pieces_come_one_by_one_when_their_time_has_come(
    ask: Ask, told: Told, steps: list[bytes | float]
) -> None:
    """Nothing is joined, cut or reordered; the waits add up by the backend's clock."""

    def stream(start: float) -> Iterator[bytes | WaitUntil]:
        at = start
        for step in steps:
            if isinstance(step, bytes):
                yield step
            else:
                at += step
                yield WaitUntil(at)

    handler: ToldHandler = told(lambda _: Response(200, stream(handler.time.now())))
    start = handler.time.now()
    _, pieces, end = ask(handler, HttpRequest("GET", "https://x/y"))
    assert pieces == [step for step in steps if isinstance(step, bytes)]
    assert end == pytest.approx(start + sum(step for step in steps if not isinstance(step, bytes)))


def test_method_path_query_and_headers_arrive(ask: Ask, told: Told) -> None:
    """Header names in lower case, the query apart."""
    handler = told(lambda _: json_response({}))
    ask(handler, HttpRequest("DELETE", "https://x/a/b?c=d", headers={"X-Some": "Thing"}))
    (seen,) = handler.seen
    assert (seen.method, seen.path, seen.query) == ("DELETE", "/a/b", {"c": "d"})
    assert seen.headers["x-some"] == "Thing"


def test_what_the_handler_raises_reaches_the_client(ask: Ask, told: Told) -> None:
    """A fault of the backend is not swallowed."""

    def fail(_: object) -> Response:
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        ask(told(fail), HttpRequest("GET", "https://x/y"))
