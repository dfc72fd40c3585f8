"""Requests that are meant to hurt: each is refused or does no harm, and what is kept can be read again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client
from threadlab.backend.app import ROUTES
from threadlab.backend.wire.http import Request

HUGE = "9" * 5000
DEEP = b'{"tool_resources": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5000 + b"}"
QUITE_DEEP = b'{"tool_resources": ' + b'{"a": ' * 180 + b"1" + b"}" * 180 + b"}"
BODIES = {
    "no JSON": b"\xff\xfe{",
    "no object": b"[1, 2]",
    "a lone surrogate": b'{"metadata": {"a": "\\ud800"}, "content": "\\ud800", "role": "user"}',
    "a NUL": b'{"metadata": {"a\\u0000": "b\\u0000"}, "content": "a\\u0000", "role": "user"}',
    "a NUL in an id": b'{"assistant_id": "asst_\\u0000"}',
    "a huge integer": b'{"tool_resources": {"a": ' + HUGE.encode() + b"}}",
    "an integer beyond 64 bits": b'{"tool_resources": {"a": 99999999999999999999999}}',
    "a number that is none": b'{"tool_resources": {"a": NaN, "b": [-Infinity]}}',
    "a number that is too large": b'{"tool_resources": {"a": 1e999}}',
    "deep nesting": DEEP,
    "nesting that can be kept": QUITE_DEEP,
    "a very long key": b'{"' + b"k" * 100_000 + b'": 1}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("route", [route for route in ROUTES if route.body], ids=lambda route: route.path)
def test_no_body_brings_a_route_down(client: Client, route: Any, body: bytes) -> None:
    """A described answer, strict JSON, and lists that can still be read."""
    agent, thread = client.agent(tools=[FUNCTION]), client.thread("How is the weather?")
    run = client.run_on(thread, agent)
    client.until(run, "requires_action")
    ids = {"assistant_id": agent, "thread_id": thread, "run_id": run.rpartition("/")[2]}
    (message,) = client.get(f"/threads/{thread}/messages")["data"]
    path = route.path
    for name, value in {**ids, "message_id": message["id"]}.items():
        path = path.replace(f"<{name}>", value)
    status, _ = client.call(route.method, path, body)
    assert status in (200, 400, 404)
    strict(client, "/assistants")
    strict(client, "/threads")
    strict(client, f"/threads/{thread}/messages")


def test_a_body_that_is_no_object_is_named_as_the_body(client: Client) -> None:
    """No parameter is at fault."""
    status, error = client.error("POST", "/threads", [1, 2])
    assert (status, error["param"]) == (400, None)
    assert error["message"] == "Invalid body: expected an object."


def strict(client: Client, path: str) -> None:
    """Read a list as a parser does that takes JSON by its word."""
    text = json.dumps(client.get(path))
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{path} shows {name}"))


@pytest.mark.parametrize("limit", [HUGE, "٣", "²", "-1", "1e1", "1\x00", ""])
def test_a_strange_limit_is_refused(client: Client, limit: str) -> None:
    """Only an integer from 1 to 100 counts."""
    status, error = client.error("GET", "/threads", limit=limit)
    assert (status, error["param"]) == (400, "limit")


@pytest.mark.parametrize("cursor", ["\x00", HUGE, "' OR 1=1 --"])
def test_a_strange_cursor_is_refused(client: Client, cursor: str) -> None:
    """There is no such element."""
    client.thread()
    assert client.error("GET", "/threads", after=cursor)[0] == 400
    assert client.error("GET", "/threads", before=cursor)[0] == 400


@pytest.mark.parametrize("id", ["thread_\x00", f"thread_{HUGE}", "thread_%00", "thread_' --"])
def test_a_strange_id_is_nowhere_to_be_found(client: Client, id: str) -> None:
    """It is no more than an id that nobody has."""
    assert client.error("GET", f"/threads/{id}")[0] in (400, 404)


def test_half_a_character_is_refused_wherever_it_stands(client: Client) -> None:
    """A lone surrogate in a request that was made by hand can be neither looked up nor answered."""
    thread, half = client.thread(), "\ud800"
    for request in (
        Request("GET", f"/v1/threads/thread_{half}"),
        Request("GET", f"/v1/threads/{thread}/messages", {"after": half}),
        Request("GET", "/v1/threads", {"order": half}),
        Request(half, "/v1/threads"),
        Request("GET", f"/v1/threads/{thread}/events", headers={"last-event-id": half}),
    ):
        response = client.backend.handle(request)
        assert isinstance(response.body, bytes)
        error = json.loads(response.body)["error"]
        assert (response.status, error["code"]) == (400, "invalid_value")
        assert "half of a character" in error["message"]


@pytest.mark.parametrize("number", [10**18, 10**30, 10**400])
def test_huge_numbers_of_options_do_no_harm(client: Client, number: int) -> None:
    """Refused, or the run goes its way."""
    agent = client.agent()
    for options in (
        {"max_prompt_tokens": number},
        {"max_completion_tokens": number},
        {"truncation_strategy": {"type": "last_messages", "last_messages": number}},
    ):
        thread = client.thread("Hello")
        status, run = client.call("POST", f"/threads/{thread}/runs", {"assistant_id": agent, **options})
        assert status in (200, 400)
        if status == 200:
            client.until(f"/threads/{thread}/runs/{run['id']}", "completed")


HOSTILE_SCHEMAS = [
    {"$ref": "#"},
    {"$ref": "http://127.0.0.1:1/x"},
    {"$ref": "#/nowhere"},
    {"type": 7},
    {"pattern": "("},
    {"properties": {"a\x00": {"const": '"; import os #'}}},
    {"required": ['"\n raise SystemExit']},
]


@pytest.mark.parametrize("given", HOSTILE_SCHEMAS, ids=str)
def test_a_hostile_response_schema_does_no_harm(client: Client, given: dict[str, Any]) -> None:
    """It is refused, or the run ends."""
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": given}}
    thread, agent = client.thread("Hello"), client.agent()
    body = {"assistant_id": agent, "response_format": wanted}
    status, run = client.call("POST", f"/threads/{thread}/runs", body)
    assert status in (200, 400)
    if status == 200:
        path = f"/threads/{thread}/runs/{run['id']}"
        for _ in range(300):
            client.backend.time.sleep(1)
            if client.get(path)["status"] in ("completed", "failed", "incomplete"):
                return
        pytest.fail("the run never ended")
