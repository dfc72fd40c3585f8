from __future__ import annotations

from typing import Any

import pytest

from tests.backend_client import Client, Scene
from threadlab.backend.app import ROUTES
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request


@pytest.mark.parametrize("prefix", ["/api/projects/any-project", "/v1"])
def test_the_same_handlers_stand_under_both_prefixes(prefix: str, client: Client) -> None:
    """K10, K11: a run is created and read under the Azure path and under /v1 alike."""
    client.prefix = prefix
    run = client.run()
    assert client.until(run, "completed")["object"] == "thread.run"


def test_a_key_is_asked_for_when_there_is_one() -> None:
    """K10: no key, a wrong one, another scheme are 401; the right one is let in."""
    client = Client(Backend.seeded(1, completer=Scene(), key="sk-test-001"), prefix="/v1")
    for header in ({}, {"authorization": "Bearer sk-wrong"}, {"authorization": "Basic sk-test-001"}):
        status, content = client.call("GET", "/threads", headers=header)
        assert (status, content["error"]["code"]) == (401, "unauthorized")
        assert "sk-test-001" not in content["error"]["message"]
    assert client.call("GET", "/threads", headers={"authorization": "Bearer sk-test-001"})[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "words"),
    [
        ("GET", "/nowhere", None, 404, "not_found", "There is no"),
        ("PUT", "/threads", None, 405, "method_not_allowed", "PUT is not allowed"),
        ("GET", "/threads/thread_none", None, 404, "not_found", "No thread found with id 'thread_none'"),
        ("GET", "/threads/xyz", None, 400, "invalid_value", "Expected an ID that begins with 'thread'"),
        ("GET", "/assistants/asst_none", None, 404, "not_found", "No assistant found"),
        ("POST", "/assistants", {}, 400, "missing_required_parameter", "'model'"),
        ("POST", "/assistants", {"model": 1}, 400, "invalid_value", "'model'"),
        ("POST", "/assistants", b"{", 400, "invalid_json", "not valid JSON"),
        ("POST", "/assistants", b"\xff\xfe", 400, "invalid_json", "not valid JSON"),
        ("POST", "/assistants", [], 400, "invalid_value", ""),
        (
            "POST", "/assistants", {"model": "m", "metadata": {"k" * 65: "v"}},
            400, "invalid_value", "metadata",
        ),
        (
            "POST", "/assistants", {"model": "m", "metadata": {"k": "v" * 513}},
            400, "invalid_value", "metadata",
        ),
        (
            "POST", "/assistants", {"model": "m", "metadata": {str(n): "v" for n in range(17)}},
            400, "invalid_value", "metadata",
        ),
        ("GET", "/threads?limit=0", None, 400, "invalid_value", "from 1 to 100"),
        ("GET", "/threads?limit=101", None, 400, "invalid_value", "from 1 to 100"),
        ("GET", "/threads?limit=x", None, 400, "invalid_value", "from 1 to 100"),
        ("GET", "/threads?order=up", None, 400, "invalid_value", "'asc' or 'desc'"),
        ("GET", "/threads?after=thread_none", None, 400, "invalid_value", "no such element"),
    ],
)  # fmt: skip
def test_a_bad_request_is_answered_in_the_services_envelope(
    client: Client, method: str, path: str, body: Any, status: int, code: str, words: str
) -> None:
    """Every error names what is wrong."""
    path, _, query = path.partition("?")
    options = dict(pair.split("=") for pair in query.split("&")) if query else {}
    got, error = client.error(method, path, body, **options)
    assert (got, error["code"]) == (status, code)
    assert words in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/threads", "GET, POST"),
        ("PATCH", "/v1/threads/runs", "DELETE, GET, POST"),  # POST starts a run, the others are a thread's
        ("GET", "/v1/threads/thread_a/runs/run_b/cancel/", "POST"),
    ],
)
def test_a_405_says_what_is_allowed(client: Client, method: str, path: str, allowed: str) -> None:
    """In the header that HTTP has for it."""
    response = client.backend.handle(Request(method, path))
    assert (response.status, response.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"role": "robot", "content": "hi"}, "role"),
        ({"content": "hi"}, "role"),
        ({"role": "user"}, "content"),
        ({"role": "user", "content": 5}, "content"),
        ({"role": "user", "content": [{"type": "smell", "smell": {}}]}, "content"),
        ({"role": "user", "content": [{"type": "text", "text": 5}]}, "content"),
    ],
)
def test_a_bad_message_is_refused_by_the_name_of_its_field(
    client: Client, body: dict[str, Any], param: str
) -> None:
    """And nothing is added."""
    thread = client.thread()
    status, error = client.error("POST", f"/threads/{thread}/messages", body)
    assert status == 400
    assert error["param"].startswith(param)
    assert client.get(f"/threads/{thread}/messages")["data"] == []


def test_a_bad_run_changes_nothing_not_even_the_thread(client: Client) -> None:
    """Everything is checked before anything is written."""
    thread, agent = client.thread(), client.agent()
    for body in (
        {},
        {"assistant_id": "asst_none"},
        {"assistant_id": "bad"},
        {"assistant_id": agent, "additional_messages": [{"role": "user", "content": "ok"}, {"role": "x"}]},
        {
            "assistant_id": agent,
            "additional_messages": [{"role": "user", "content": [{"type": "text", "text": 5}]}],
        },
    ):
        client.error("POST", f"/threads/{thread}/runs", body)
        client.error("POST", "/threads/runs", {**body, "thread": {"messages": [{"role": "x"}]}})
    assert client.get(f"/threads/{thread}/messages")["data"] == []
    assert client.get(f"/threads/{thread}/runs")["data"] == []
    assert len(client.get("/threads")["data"]) == 1


def test_unknown_fields_and_any_version_are_taken(client: Client) -> None:
    """The service is lenient there, and the SDK's own tests rely on it."""
    status, agent = client.call(
        "POST", "/assistants", {"model": "m", "agent_id": "x"}, query={"api-version": "2031-01-01"}
    )
    assert (status, agent["model"]) == (200, "m")


def test_an_update_changes_what_is_sent_and_leaves_the_rest(client: Client) -> None:
    """Missing and null both mean unchanged."""
    agent = client.agent(name="a", instructions="i", metadata={"x": "1"})
    changed = client.post(f"/assistants/{agent}", {"name": "b", "instructions": None})
    assert (changed["name"], changed["instructions"], changed["metadata"]) == ("b", "i", {"x": "1"})
    thread = client.thread()
    assert client.post(f"/threads/{thread}", {"metadata": {"y": "2"}})["metadata"] == {"y": "2"}
    assert client.post(f"/threads/{thread}", {})["metadata"] == {"y": "2"}


def test_deletes_answer_with_json_and_the_object_is_gone(client: Client) -> None:
    """A 204 would break the SDK."""
    agent, thread = client.agent(), client.thread("hello")
    message = client.get(f"/threads/{thread}/messages")["data"][0]["id"]
    assert client.delete(f"/threads/{thread}/messages/{message}")["object"] == "thread.message.deleted"
    assert client.get(f"/threads/{thread}/messages")["data"] == []
    assert client.delete(f"/assistants/{agent}") == {
        "id": agent, "object": "assistant.deleted", "deleted": True,
    }  # fmt: skip
    assert client.delete(f"/threads/{thread}")["object"] == "thread.deleted"
    for path in (f"/assistants/{agent}", f"/threads/{thread}", f"/threads/{thread}/messages/{message}"):
        assert client.error("GET", path)[0] == 404


def test_deleting_a_thread_takes_its_runs_along_and_stops_them(client: Client) -> None:
    """Nothing of it is due any more."""
    run = client.run(tools=True)
    client.until(run, "in_progress")
    client.delete(run.split("/runs/")[0])
    client.backend.time.sleep(1000)
    assert client.error("GET", run)[0] == 404
    assert client.backend.store.first_due(9e18) is None


def test_an_object_is_found_only_where_it_belongs(client: Client) -> None:
    """A run, a step or a message of another thread is a 404."""
    run = client.run()
    client.until(run, "completed")
    run_id, other = run.rsplit("/", 1)[1], client.thread("x")
    step = client.get(f"{run}/steps")["data"][0]["id"]
    message = client.get(f"{run.split('/runs/')[0]}/messages")["data"][0]["id"]
    for path in (
        f"/threads/{other}/runs/{run_id}",
        f"/threads/{other}/runs/{run_id}/steps/{step}",
        f"/threads/{other}/messages/{message}",
    ):
        assert client.error("GET", path)[0] == 404
    assert client.get(f"/threads/{other}/messages", run_id=run_id)["data"] == []


def test_a_step_read_alone_equals_the_one_in_the_list(client: Client) -> None:
    """The SDK's tests compare them."""
    run = client.run(tools=True)
    client.until(run, "requires_action")
    client.answer(run)
    client.until(run, "completed")
    steps = client.get(f"{run}/steps")["data"]
    assert [step["type"] for step in steps] == ["message_creation", "tool_calls"]
    for step in steps:
        assert client.get(f"{run}/steps/{step['id']}") == step


def test_a_step_exists_on_the_first_poll_that_is_no_longer_queued(client: Client) -> None:
    """And its tool calls are shown once the model has finished asking."""
    run = client.run(tools=True)
    client.until(run, "in_progress")
    (step,) = client.get(f"{run}/steps")["data"]
    assert (step["status"], step["step_details"]["tool_calls"]) == ("in_progress", [])
    client.until(run, "requires_action")
    (step,) = client.get(f"{run}/steps")["data"]
    calls = step["step_details"]["tool_calls"]
    assert [call["function"]["output"] for call in calls] == [None, None]


def test_messages_outside_a_stream_have_no_status_and_are_empty_while_written(client: Client) -> None:
    """The telemetry of the SDK compares the attributes exactly."""
    run = client.run()
    client.until(run, "in_progress")
    client.backend.time.sleep(1.0)
    newest = client.get(f"{run.split('/runs/')[0]}/messages")["data"][0]
    assert (newest["role"], newest["content"]) == ("assistant", [])
    assert "status" not in newest


def test_lists_of_a_run_messages_are_newest_first_with_a_null_cursor_at_the_end(client: Client) -> None:
    """The SDK pages until `last_id` is null."""
    thread = client.thread("one", "two", "three")
    page = client.get(f"/threads/{thread}/messages", limit="2")
    assert [message["content"][0]["text"]["value"] for message in page["data"]] == ["three", "two"]
    assert (page["first_id"], page["has_more"]) == (page["data"][0]["id"], True)
    page = client.get(f"/threads/{thread}/messages", limit="2", after=page["last_id"])
    assert [message["content"][0]["text"]["value"] for message in page["data"]] == ["one"]
    page = client.get(f"/threads/{thread}/messages", limit="2", after=page["last_id"])
    assert page == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


def test_a_thread_and_its_run_can_be_made_in_one_request(client: Client) -> None:
    """POST /threads/runs is not taken for a thread of that name."""
    thread = {"messages": [{"role": "user", "content": "hi"}], "metadata": {"a": "b"}}
    run = client.post("/threads/runs", {"assistant_id": client.agent(), "thread": thread})
    assert run["status"] == "queued"
    assert client.get(f"/threads/{run['thread_id']}")["metadata"] == {"a": "b"}
    client.until(f"/threads/{run['thread_id']}/runs/{run['id']}", "completed")


def test_input_blocks_become_the_parts_that_responses_have(client: Client) -> None:
    """Text blocks come in as strings and go out as objects; images stay as they are."""
    thread = client.thread()
    image = {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}
    content = [{"type": "text", "text": "look"}, image]
    message = client.post(f"/threads/{thread}/messages", {"role": "user", "content": content})
    assert message["content"] == [
        {"type": "text", "text": {"value": "look", "annotations": []}}, image,
    ]  # fmt: skip


def test_no_two_routes_are_the_same() -> None:
    """A route table has one handler for each operation."""
    keys = [(route.method, route.path) for route in ROUTES]
    assert len(keys) == len(set(keys))
