from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import mcp_server
from tests.backend_client import FUNCTION, Client, read_stream
from tests.described import check_stream, events_in
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.engine.worker import Crew
from threadlab.backend.hosted import ToolRefused
from threadlab.backend.local import Backend
from threadlab.backend.mcp.servers import Server, server_from, server_of
from threadlab.backend.reach import Reach
from threadlab.backend.wire.http import Request as HttpRequest

COMMAND = server_from("sums", [sys.executable, str(Path(mcp_server.__file__))])
with socket.socket() as _probe:
    _probe.bind(("127.0.0.1", 0))
    PORT = _probe.getsockname()[1]
URL = f"http://127.0.0.1:{PORT}/mcp"
OVER_HTTP = Reach(mcp_servers={"x": server_from("x", URL)})
NEVER = {"mcp": [{"server_label": "sums", "headers": {}, "require_approval": "never"}]}


class Asking:
    """A model that asks for its calls and then says their outputs; it remembers what it was offered."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Any:
        """The answer."""
        self.seen.append(request)
        return [called.output for called in request.rounds[-1]] if request.rounds else self.calls


def sums(url: str = URL, **more: Any) -> dict[str, Any]:
    """The tool's definition."""
    return {"type": "mcp", "server_label": "sums", "server_url": url, **more}


@pytest.fixture
def model() -> Asking:
    """The model of `client`."""
    return Asking()


@pytest.fixture
def client(model: Asking) -> Iterator[Client]:
    """A client of a seeded backend that may ask the server."""
    backend = Backend.seeded(1, completer=FromFunction(model), reach=OVER_HTTP)
    yield Client(backend)
    backend.close()


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    """The server, over HTTP."""
    process = subprocess.Popen(
        [*COMMAND.command, str(PORT)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait(lambda: not socket.socket().connect_ex(("127.0.0.1", PORT)))
        yield
    finally:
        process.terminate()
        process.wait(10)


def wait(holds: Callable[[], bool]) -> None:
    """Look until it holds."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def started(client: Client, tool: dict[str, Any], **options: Any) -> str:
    """The path of a new run of an agent with that tool."""
    options.setdefault("tool_resources", NEVER)
    return client.run_on(client.thread("hi"), client.agent(tools=[tool]), **options)


def steps(client: Client, run: str) -> list[Any]:
    """The steps, oldest first."""
    return list(client.get(f"{run}/steps", order="asc")["data"])


def calls(client: Client, run: str) -> list[Any]:
    """The calls of the run's first tool step."""
    return next(
        step["step_details"]["tool_calls"] for step in steps(client, run) if step["type"] == "tool_calls"
    )


def test_a_run_lists_the_servers_functions_calls_them_and_answers(client: Client, model: Asking) -> None:
    """The steps come in the service's order: activities, tool calls, message."""
    model.calls = [Call("sums_add", '{"a": 2, "b": 3}')]
    run = started(client, sums())
    done = client.until(run, "completed")
    listed, called, said = steps(client, run)
    assert [step["type"] for step in (listed, called, said)] == [
        "activities",
        "tool_calls",
        "message_creation",
    ]
    (activity,) = listed["step_details"]["activities"]
    assert (activity["type"], activity["server_label"]) == ("mcp_list_tools", "sums")
    assert set(activity["tools"]) == {"add", "tick", "fail", "header"}
    assert activity["tools"]["add"]["description"] == "Add two numbers."
    assert activity["tools"]["add"]["parameters"]["required"] == ["a", "b"]
    (call,) = called["step_details"]["tool_calls"]
    assert call["id"].startswith("call_")
    shown = {name: call[name] for name in call if name != "id"}
    assert shown == {
        "type": "mcp", "name": "add", "arguments": '{"a": 2, "b": 3}', "output": "5", "server_label": "sums",
    }  # fmt: skip
    assert listed["usage"]["total_tokens"] == 0
    assert done["usage"]["total_tokens"] == sum(step["usage"]["total_tokens"] for step in (called, said))


def test_a_model_is_offered_the_functions_that_the_definition_allows(client: Client, model: Asking) -> None:
    """By names that say whose they are; a function of the client's own with that name goes first."""
    model.calls = []
    own = {"type": "function", "function": {"name": "sums_tick", "parameters": {"type": "object"}}}
    tools = [sums(allowed_tools=["add", "tick"]), own]
    run = client.run_on(client.thread("hi"), client.agent(tools=tools), tool_resources=NEVER)
    client.until(run, "failed")  # the model said nothing, and that is what it was asked
    offered = {tool["function"]["name"]: tool for tool in model.seen[0].tools}
    assert set(offered) == {"sums_add", "sums_tick"}
    assert "hosted" not in offered["sums_tick"]
    assert offered["sums_add"]["server_label"] == "sums"
    assert offered["sums_add"]["function"]["parameters"]["required"] == ["a", "b"]


def test_a_function_that_is_allowed_must_be_one_of_the_server(client: Client, model: Asking) -> None:
    """The run fails before the model is asked, and names what there is."""
    run = started(client, sums(allowed_tools=["add", "subtract", "divide"]))
    error = client.until(run, "failed")["last_error"]
    assert error["code"] == "tool_user_error"
    assert "does not have: subtract, divide. Its functions are: add, tick, fail, header" in error["message"]
    assert model.seen == []


def test_a_command_keeps_its_state_from_call_to_call_and_run_to_run(model: Asking) -> None:
    """Its process is started once, and its session stays open."""
    reach = Reach(mcp_servers={"sums": COMMAND})
    backend = Backend.seeded(1, completer=FromFunction(model), reach=reach)
    client = Client(backend)
    model.calls = [Call("sums_tick", "{}"), Call("sums_tick", "{}")]
    first, second = started(client, sums("stdio:sums")), started(client, sums("stdio:sums"))
    for run in (first, second):
        client.until(run, "completed")
    assert [call["output"] for run in (first, second) for call in calls(client, run)] == ["1", "2", "3", "4"]
    backend.close()


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("sums_fail", "{}", "nothing to do"),
        ("sums_add", '{"a": "x"}', "valid integer"),
        ("sums_add", "{", "not JSON"),
        ("sums_add", "[1]", "not a JSON object"),
        ("sums_divide", "{}", "it has: sums_add"),
    ],
)
def test_a_call_that_cannot_be_made_is_an_error_output(
    client: Client, model: Asking, name: str, arguments: str, words: str
) -> None:
    """The model learns what was wrong, and the run goes on."""
    model.calls = [Call(name, arguments)]
    run = started(client, sums())
    client.until(run, "completed")
    assert words in json.loads(calls(client, run)[0]["output"])["error"]


def test_a_server_that_cannot_be_started_fails_the_run_before_the_model_is_asked(model: Asking) -> None:
    """The run's error names the server."""
    broken = Server("sums", command=("no-such-command-at-all",))
    client = Client(
        Backend.seeded(1, completer=FromFunction(model), reach=Reach(mcp_servers={"sums": broken}))
    )
    run = started(client, sums("stdio:sums"))
    error = client.until(run, "failed")["last_error"]
    assert error["code"] == "tool_user_error"
    assert "stdio:sums" in error["message"]
    assert model.seen == []
    (step,) = steps(client, run)
    assert (step["type"], step["status"]) == ("activities", "failed")


def test_a_stream_shows_the_activities_the_call_and_its_output(client: Client, model: Asking) -> None:
    """Every event is as described."""
    model.calls = [Call("sums_add", '{"a": 2, "b": 3}')]
    agent, thread = client.agent(tools=[sums()]), client.thread("hi")
    body = {"assistant_id": agent, "stream": True, "tool_resources": NEVER}
    stream = streamed(client, f"/threads/{thread}/runs", body)
    check_stream(stream)
    events = list(events_in(stream))
    types = [data["type"] for name, data in events if name == "thread.run.step.completed"]
    assert types == ["activities", "tool_calls", "message_creation"]
    deltas = [data["delta"]["step_details"] for name, data in events if name == "thread.run.step.delta"]
    assert {delta["type"] for delta in deltas} == {"tool_calls"}
    pieces = [delta["tool_calls"][0] for delta in deltas]
    assert "".join(piece["arguments"] for piece in pieces if "output" not in piece) == '{"a": 2, "b": 3}'
    assert pieces[-1]["output"] == "5"


def test_the_headers_of_the_run_reach_the_server(client: Client, model: Asking) -> None:
    """Over HTTP; a command gets none."""
    model.calls = [Call("sums_header", '{"name": "X-Key"}'), Call("sums_add", '{"a": 1, "b": 1}')]
    resources = {"mcp": [{**NEVER["mcp"][0], "headers": {"X-Key": "secret"}}]}
    run = started(client, sums(), tool_resources=resources)
    client.until(run, "completed")
    assert [call["output"] for call in calls(client, run)] == ["secret", "2"]


def test_requests_as_the_preview_sdk_makes_them_are_approved_and_reach_the_server(
    client: Client, model: Asking
) -> None:
    """1.2.0b6: `McpTool.definitions` and `.resources`, and `ToolApproval`s with headers of their own."""
    model.calls = [Call("sums_header", '{"name": "X-Key"}'), Call("sums_tick", "{}")]
    tool = {"type": "mcp", "server_label": "sums", "server_url": URL, "allowed_tools": ["header", "tick"]}
    resource = {"server_label": "sums", "headers": {"X-Key": "of the run"}, "require_approval": "always"}
    run = started(client, tool, tool_resources={"mcp": [resource]})
    action = client.until(run, "requires_action")["required_action"]
    assert action["type"] == "submit_tool_approval"
    asked, refused = action["submit_tool_approval"]["tool_calls"]
    assert {name: asked[name] for name in ("type", "name", "arguments", "server_label")} == {
        "type": "mcp", "name": "header", "arguments": '{"name": "X-Key"}', "server_label": "sums",
    }  # fmt: skip
    approvals = [
        {"tool_call_id": asked["id"], "approve": True, "headers": {"X-Key": "of the approval"}},
        {"tool_call_id": refused["id"], "approve": False, "headers": {}},
    ]
    client.post(f"{run}/submit_tool_outputs", {"tool_approvals": approvals})
    client.until(run, "completed")
    header, tick = calls(client, run)
    assert header["output"] == "of the approval"
    assert "did not approve" in tick["output"]


def test_with_a_worker_no_request_waits_for_a_server(tmp_path: Path, model: Asking) -> None:
    """The run is moved again until the answer is there."""
    model.calls = [Call("sums_add", '{"a": 1, "b": 1}')]
    backend = Backend.durable(
        tmp_path / "store.sqlite", completer=FromFunction(model), pace=0.01, worker=Crew(), reach=OVER_HTTP
    )
    try:
        client = Client(backend)
        run = started(client, sums())
        wait(lambda: client.get(run)["status"] == "completed")
        assert calls(client, run)[0]["output"] == "2"
    finally:
        backend.close()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("http://127.0.0.1:1/mcp", "--mcp"),
        ("https://example.org/mcp", 'connect(mcp_servers={"sums": "https://example.org/mcp"})'),
        ("stdio:other", "'other'"),
        ("python -c 1", "--mcp"),
    ],
)
def test_a_server_that_nobody_allowed_is_refused_and_the_refusal_says_how(
    client: Client, given: str, words: str
) -> None:
    """When the agent is made, and when a run brings it along; a command never comes from a request."""
    status, error = client.error("POST", "/assistants", {"model": "m", "tools": [sums(given)]})
    assert (status, error["code"], error["param"]) == (400, "unsupported_tool", "tools[0].server_url")
    assert words in error["message"]
    body = {"assistant_id": client.agent(), "tools": [sums(given)]}
    assert client.error("POST", f"/threads/{client.thread('hi')}/runs", body)[1] == error


def test_without_the_extra_a_tool_of_this_type_is_refused_by_its_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    status, error = client.error("POST", "/assistants", {"model": "m", "tools": [sums()]})
    assert status == 400
    assert "threadlab[mcp]" in error["message"]


def test_a_server_is_known_by_its_address_whatever_its_label() -> None:
    """A slash at the end makes no difference, another path or host does."""
    allowed = {"a": server_from("a", "https://example.org/mcp")}
    assert server_of(sums("https://example.org/mcp/"), allowed) == allowed["a"]
    for other in (
        "https://example.org/mcp2",
        "https://example.org.evil.example/mcp",
        "http://example.org/mcp",
    ):
        with pytest.raises(ToolRefused):
            server_of(sums(other), allowed)


def test_two_tools_of_one_label_are_refused(client: Client) -> None:
    """Their functions would have the same names."""
    status, error = client.error("POST", "/assistants", {"model": "m", "tools": [sums(), sums()]})
    assert (status, error["param"]) == (400, "tools[1].server_label")


def test_a_run_that_is_cancelled_while_its_servers_are_asked_ends_with_their_step(
    tmp_path: Path, model: Asking
) -> None:
    """Nothing of it is left open."""
    slow = Server("sums", command=(sys.executable, "-c", "import time; time.sleep(60)"))
    backend = Backend.durable(
        tmp_path / "store.sqlite", completer=FromFunction(model), pace=0.01, worker=Crew(),
        reach=Reach(mcp_servers={"sums": slow}),
    )  # fmt: skip
    try:
        client = Client(backend)
        run = started(client, sums("stdio:sums"))
        wait(lambda: client.get(run)["status"] == "in_progress")
        client.post(f"{run}/cancel")
        wait(lambda: client.get(run)["status"] == "cancelled")
        (step,) = steps(client, run)
        assert (step["type"], step["status"], step["usage"]["total_tokens"]) == ("activities", "cancelled", 0)
    finally:
        backend.close()


def streamed(client: Client, path: str, body: Any) -> bytes:
    """A stream to its end."""
    request = HttpRequest("POST", client.prefix + path, {}, {}, json.dumps(body).encode())
    return read_stream(client.backend, client.backend.handle(request))


def test_functions_of_the_client_and_of_a_server_are_called_in_one_round(
    client: Client, model: Asking
) -> None:
    """The client is asked for its own alone."""
    model.calls = [Call("weather", "{}"), Call("sums_add", '{"a": 1, "b": 2}')]
    agent = client.agent(tools=[sums(), FUNCTION])
    run = client.run_on(client.thread("hi"), agent, tool_resources=NEVER)
    waiting = client.until(run, "requires_action")["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [call["function"]["name"] for call in waiting] == ["weather"]
    client.answer(run)
    client.until(run, "completed")
    assert [call["type"] for call in calls(client, run)] == ["function", "mcp"]
