"""The wire log, filled by the real SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError
from azure.core.rest import HttpRequest

from threadlab.backend.wire.http import Request, Response, json_response
from threadlab.connect.recorded_body import readable, recorded, without_credentials
from threadlab.connect.wire_log import WireLog
from threadlab.objects.run import Run

if TYPE_CHECKING:
    from tests.connect.conftest import Told

THREAD = {"id": "thread_1", "object": "thread", "created_at": 1, "metadata": {}, "tool_resources": None}
BROKEN = {"error": {"message": "Broken", "type": "server_error", "param": None, "code": "server_error"}}
RUN = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "status": "queued"}


def a_thread(_: Request) -> Response:
    """Whatever is asked, a thread."""
    return json_response(THREAD)


def test_an_entry_holds_what_went_and_what_came(told: Told) -> None:
    """Path after the endpoint, no version, bodies as decoded JSON."""
    handler = told(a_thread)
    handler.client().threads.create(metadata={"a": "b"})
    (entry,) = handler.log.entries
    assert (entry.number, entry.method, entry.path, entry.attempt) == (1, "POST", "/threads", 1)
    assert entry.request == {"metadata": {"a": "b"}}
    assert (entry.status, entry.response, entry.error) == (200, THREAD, None)
    assert entry.at == handler.time.now()


def test_the_query_is_kept_but_for_the_version(told: Told) -> None:
    """A page's size and order are part of what was asked."""
    handler = told(lambda _: json_response({"data": [], "last_id": None}))
    list(handler.client().threads.list(limit=2, order="asc"))
    assert handler.log.entries[0].path == "/threads?limit=2&order=asc"


def test_each_attempt_is_an_entry_of_its_own(told: Told) -> None:
    """Two failures and a success: three entries, numbered attempts, times by the service's clock."""
    answers = iter([json_response(BROKEN, 500), json_response(BROKEN, 500), json_response(THREAD)])
    handler = told(lambda _: next(answers))
    handler.client().threads.create()
    entries = handler.log.entries
    assert [(entry.status, entry.attempt) for entry in entries] == [(500, 1), (500, 2), (200, 3)]
    assert entries[0].response == BROKEN
    assert entries[0].at <= entries[1].at < entries[2].at


async def test_the_asyncio_client_is_recorded_alike(told: Told) -> None:
    """One policy for both kinds of client."""
    answers = iter([json_response(BROKEN, 503), json_response(THREAD)])
    handler = told(lambda _: next(answers))
    async with handler.client_async() as client:
        await client.threads.get("thread_1")
    assert [(entry.path, entry.status, entry.attempt) for entry in handler.log.entries] == [
        ("/threads/thread_1", 503, 1),
        ("/threads/thread_1", 200, 2),
    ]


def test_no_answer_is_an_entry_with_its_error(told: Told) -> None:
    """What was sent is known, the status is not."""

    def fail(_: Request) -> Response:
        raise ServiceRequestError("no route to host\nand more")

    handler = told(fail)
    with pytest.raises(ServiceRequestError):
        handler.client().threads.get("thread_1", retry_total=0)
    (entry,) = handler.log.entries
    assert (entry.status, entry.error) == (None, "ServiceRequestError: no route to host")


def test_no_secret_is_ever_recorded(told: Told) -> None:
    """Neither the client's key, nor the credentials that a tool's resources carry, sent or echoed."""
    handler = told(lambda request: Response(200, request.body or b"{}"))
    resources = {"mcp": [{"server_label": "hub", "headers": {"Authorization": handler.secret}}]}
    client = handler.client()
    client.threads.create(body={"tool_resources": resources})
    client.threads.get("thread_1", headers={"X-Api-Key": handler.secret})
    assert handler.seen[0].headers["authorization"] == f"Bearer {handler.secret}"
    assert handler.secret not in repr(handler.log.entries)
    assert "hub" in repr(handler.log.entries)


def test_no_secret_waits_in_the_text_of_a_body_that_nobody_has_read() -> None:
    """Credentials are struck out before a body is kept, however the name of their field is written."""
    for spelling in ("api_key", "API-Key", r"\u0061pi_key"):
        kept = recorded(f'{{"tools": [{{"{spelling}": "s3cret"}}], "city": "Orl\\u00e9ans"}}')
        assert isinstance(kept, bytes)
        assert b"s3cret" not in kept
        assert readable(kept)["city"] == "Orléans"
    assert b"s3cret" not in recorded('{"secret": "s3cret"}'.encode("utf-16"))
    plain = b'{"a": "the \\"secret\\" word"}'
    assert recorded(plain) is plain


def test_a_schema_that_speaks_of_passwords_is_left_alone() -> None:
    """Only values are struck out, not the description of a field with such a name."""
    schema = {"properties": {"password": {"type": "string", "enum": ["a"]}}}
    assert without_credentials(schema) == schema
    assert without_credentials({"Password": "x"}) == {"Password": "(not recorded)"}


def test_a_stream_is_recorded_as_one(told: Told) -> None:
    """Its content is not read for the log's sake."""
    handler = told(lambda _: Response(200, iter([b"data"]), {"content-type": "text/event-stream"}))
    response = handler.client().send_request(HttpRequest("GET", f"{handler.endpoint}/threads"), stream=True)
    assert handler.log.entries[0].response == {"stream": "text/event-stream"}
    assert response.read() == b"data"


@pytest.mark.parametrize("path", ["/threads/thread_1/runs", "/threads/runs"])
def test_a_stream_belongs_to_the_run_that_it_turned_out_to_be_of(told: Told, path: str) -> None:
    """Also where the run was started together with its thread."""
    handler = told(lambda _: Response(200, iter([b"data"]), {"content-type": "text/event-stream"}))
    handler.client().send_request(HttpRequest("POST", f"{handler.endpoint}{path}"), stream=True)
    handler.log.opened(Run(id="run_1", thread_id="thread_1", agent_id="asst_1", status="queued"))
    (entry,) = handler.log.naming("run_1")
    assert entry.response == {"stream": "text/event-stream", "id": "run_1"}
    assert handler.log.entries == (entry,)


def test_bodies_that_are_no_json_are_described(told: Told) -> None:
    """A page of HTML is so many bytes; a form is its fields; of pieces only the kind is known."""
    handler = told(lambda _: Response(502, b"<html>", {"content-type": "text/html"}))
    client = handler.client()
    for options in ({"files": {"file": b"x"}, "data": {"purpose": "p"}}, {"files": [("file", b"x")]}):
        client.send_request(HttpRequest("POST", f"{handler.endpoint}/files", **options), retry_total=0)
    client.send_request(HttpRequest("POST", f"{handler.endpoint}/files", content=iter([b"x"])), retry_total=0)
    assert [entry.request for entry in handler.log.entries] == [
        {"form": ["purpose"]},
        {"form": ["file"]},
        {"unread": "list_iterator"},
    ]
    assert handler.log.entries[0].response == {"bytes": 6}


def test_the_requests_of_a_run_are_found(told: Told) -> None:
    """By path, by query, and the one that created it; not those of another run."""

    def answer(request: Request) -> Response:
        if request.method == "GET" and request.path.endswith(("messages", "steps")):
            return json_response({"data": [], "last_id": None})
        return json_response(RUN if "run_2" not in request.path else {**RUN, "id": "run_2"})

    handler = told(answer)
    client = handler.client()
    client.runs.create("thread_1", agent_id="asst_1")
    client.runs.get("thread_1", "run_1")
    client.runs.get("thread_1", "run_2")
    list(client.run_steps.list("thread_1", "run_1"))
    list(client.messages.list("thread_1", run_id="run_1"))
    assert [entry.number for entry in handler.log.naming("run_1")] == [1, 2, 4, 5]


def test_entries_that_left_the_log_are_no_longer_found_by_their_run(told: Told) -> None:
    """The list of a run's exchanges is bounded with the log, and nothing of a forgotten run stays."""
    handler = told(lambda _: json_response(RUN))
    handler.log = WireLog(handler.endpoint, handler.time, limit=2)
    client = handler.client()
    client.runs.get("thread_1", "run_1")
    for _ in range(2):
        client.runs.get("thread_1", "run_2")
    client.runs.get("thread_1", "run_1")
    assert [entry.number for entry in handler.log.naming("run_1")] == [4]
    assert [entry.number for entry in handler.log.naming("run_2")] == [3]
    for _ in range(2):
        client.threads.get("thread_1")
    assert handler.log.naming("run_1") == handler.log.naming("run_2") == ()


def test_the_log_is_bounded_and_its_numbers_go_on(told: Told) -> None:
    """Old entries leave; `since` counts by number."""
    handler = told(a_thread)
    handler.log = WireLog(handler.endpoint, handler.time, limit=2)
    client = handler.client()
    for _ in range(3):
        client.threads.get("thread_1")
    mark = handler.log.count
    client.threads.create()
    assert [entry.number for entry in handler.log.entries] == [3, 4]
    assert [entry.method for entry in handler.log.since(mark)] == ["POST"]
    assert (len(handler.log), repr(handler.log)) == (2, "WireLog(4 requests)")


def test_an_error_that_is_not_retried_is_one_entry(told: Told) -> None:
    """The body of a refusal is kept: it says why."""
    handler = told(lambda _: json_response(BROKEN, 400))
    with pytest.raises(HttpResponseError):
        handler.client().threads.create()
    assert handler.log.entries[0].response == BROKEN
