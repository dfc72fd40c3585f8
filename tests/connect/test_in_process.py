"""The in-process door, under the real SDK and under azure-core alone."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError, StreamConsumedError
from azure.core.rest import HttpRequest

from threadlab.backend.wire.http import Request, Response, WaitUntil, json_response
from threadlab.connect.in_process import InProcessAsyncTransport, InProcessTransport, translated

if TYPE_CHECKING:
    from tests.connect.conftest import Told, ToldHandler

THREAD = {"id": "thread_1", "object": "thread", "created_at": 1, "metadata": {}, "tool_resources": None}
NO_SUCH = {"error": {"message": "No thread", "type": "invalid_request_error", "param": None, "code": "gone"}}


def a_thread(_: Request) -> Response:
    """Whatever is asked, a thread."""
    return json_response(THREAD)


def test_a_request_arrives_with_path_query_headers_and_body_apart(told: Told) -> None:
    """Nothing of the request is lost or left in the path."""
    handler = told(a_thread)
    handler.client().threads.create(metadata={"a": "ä"})
    (seen,) = handler.seen
    assert (seen.method, seen.path) == ("POST", "/api/projects/local/threads")
    assert seen.query == {"api-version": "v1"}
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["authorization"].startswith("Bearer ")
    assert b'"metadata"' in seen.body


async def test_the_sync_client_works_inside_a_running_event_loop(told: Told) -> None:
    """As in a notebook's cell."""
    assert told(a_thread).client().threads.get("thread_1").id == "thread_1"


async def test_the_asyncio_client_gets_the_same(told: Told) -> None:
    """One handler serves both."""
    async with told(a_thread).client_async() as client:
        assert (await client.threads.get("thread_1")).id == "thread_1"


async def test_an_asyncio_client_leaves_the_loop_to_others(told: Told) -> None:
    """A client that asks again and again does not hold up another task."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    async with told(a_thread).client_async() as client:
        for _ in range(5):
            await client.threads.get("thread_1")
    task.cancel()
    assert turns >= 5


def test_an_error_becomes_the_exception_that_the_sdk_has_for_it(told: Told) -> None:
    """Status, code and message are read from the body."""
    client = told(lambda _: json_response(NO_SUCH, 404)).client()
    with pytest.raises(ResourceNotFoundError) as caught:
        client.threads.get("thread_1")
    assert caught.value.status_code == 404
    assert caught.value.reason == "Not Found"
    assert caught.value.error is not None
    assert caught.value.error.code == "gone"


def test_the_door_tolerates_a_clients_timeouts(told: Told) -> None:
    """Keyword arguments that mean something to other transports do no harm here."""
    client = told(a_thread).client()
    assert client.threads.get("thread_1", connection_timeout=1, read_timeout=1).id == "thread_1"


def test_retries_wait_by_the_backends_clock(told: Told) -> None:
    """Two failures and a success take virtual time and none of the wall's."""
    answers = iter([json_response(NO_SUCH, 500), json_response(NO_SUCH, 500), json_response(THREAD)])
    handler = told(lambda _: next(answers))
    before = handler.time.now()
    assert handler.client().threads.get("thread_1").id == "thread_1"
    assert handler.time.now() > before
    assert len(handler.seen) == 3


def waiting_stream(clock: ToldHandler, closed: list[bool]) -> Iterator[bytes | WaitUntil]:
    """Two pieces, ten seconds apart."""
    try:
        yield b"first"
        yield WaitUntil(clock.time.now() + 10)
        yield b"second"
    finally:
        closed.append(True)


def test_a_stream_is_handed_on_piece_by_piece(told: Told) -> None:
    """Time passes only when the second piece is asked for."""
    closed: list[bool] = []
    handler: ToldHandler = told(lambda _: Response(200, waiting_stream(handler, closed)))
    start = handler.time.now()
    response = InProcessTransport(handler).send(HttpRequest("GET", "https://x/y"), stream=True)
    pieces = response.iter_bytes()
    assert next(pieces) == b"first"
    assert handler.time.now() == start
    assert list(pieces) == [b"second"]
    assert handler.time.now() == start + 10
    assert response.is_closed
    with pytest.raises(StreamConsumedError):
        next(response.iter_raw())


def test_leaving_a_stream_lets_go_of_it(told: Told) -> None:
    """The backend learns that nobody reads on, and its time has not moved."""
    closed: list[bool] = []
    handler: ToldHandler = told(lambda _: Response(200, waiting_stream(handler, closed)))
    start = handler.time.now()
    with InProcessTransport(handler).send(HttpRequest("GET", "https://x/y"), stream=True) as response:
        next(response.iter_bytes())
    assert closed == [True]
    assert handler.time.now() == start


async def test_an_asyncio_stream_awaits_the_backends_clock(told: Told) -> None:
    """The same pieces, and the loop stays free in between."""
    closed: list[bool] = []
    handler: ToldHandler = told(lambda _: Response(200, waiting_stream(handler, closed)))
    start = handler.time.now()
    request = HttpRequest("GET", "https://x/y")
    async with await InProcessAsyncTransport(handler).send(request, stream=True) as response:
        assert [piece async for piece in response.iter_raw()] == [b"first", b"second"]
    assert handler.time.now() == start + 10
    assert closed == [True]


async def test_a_stream_that_nobody_asked_for_as_such_is_read_to_its_end(told: Told) -> None:
    """Without `stream=True` the body is simply there."""
    handler: ToldHandler = told(lambda _: Response(200, waiting_stream(handler, [])))
    request = HttpRequest("GET", "https://x/y")
    assert InProcessTransport(handler).send(request).content == b"firstsecond"
    assert (await InProcessAsyncTransport(handler).send(request)).content == b"firstsecond"


def test_a_response_reads_as_text_and_json_and_can_raise(told: Told) -> None:
    """The charset of the content type counts; without one it is UTF-8."""
    latin = Response(200, "é".encode("latin-1"), {"Content-Type": "text/plain; charset=latin-1"})
    transport = InProcessTransport(told(lambda _: latin))
    response = transport.send(HttpRequest("GET", "https://x/y"))
    assert response.text() == "é"
    assert response.headers["content-TYPE"].startswith("text/plain")
    failing = InProcessTransport(told(lambda _: json_response({"a": "é"}, 418)))
    response = failing.send(HttpRequest("GET", "https://x/y"))
    assert response.json() == {"a": "é"}
    with pytest.raises(HttpResponseError):
        response.raise_for_status()


def test_an_upload_arrives_as_multipart_form_data(told: Told) -> None:
    """The SDK keeps a form's parts apart; the door encodes them as a real transport would."""
    file = {
        "id": "f",
        "object": "file",
        "bytes": 5,
        "filename": "a.txt",
        "created_at": 1,
        "purpose": "agents",
    }
    handler = told(lambda _: json_response(file))
    content = io.BytesIO(b"hello")
    content.name = "a.txt"
    handler.client().files.upload(file=content, purpose="assistants", filename="a.txt")
    (seen,) = handler.seen
    assert seen.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'filename="a.txt"' in seen.body
    assert b"hello" in seen.body
    assert b'name="purpose"' in seen.body


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("é", "é".encode()),
        (b"raw", b"raw"),
        (io.BytesIO(b"file"), b"file"),
        ([b"a", b"b"], b"ab"),
        (None, b""),
    ],
)
def test_every_kind_of_body_arrives_as_bytes(content: object, body: bytes) -> None:
    """Text, bytes, files and pieces."""
    request = HttpRequest("POST", "https://x/a%20b?c=%5B1%5D", content=content)  # type: ignore[arg-type]
    arrived = translated(request)
    assert arrived.body == body
    assert (arrived.path, arrived.query) == ("/a b", {"c": "[1]"})
