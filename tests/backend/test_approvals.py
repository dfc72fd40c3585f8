from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client, read_stream
from tests.described import check_stream, events_in
from tests.shop import SHOP, Shop
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request as HttpRequest

BOTH = [Call("shop_look", '{"what": "roses"}'), Call("shop_buy", '{"what": "roses"}')]


@pytest.fixture
def asked() -> list[Call]:
    """What the model asks for in the first round."""
    return list(BOTH)


@pytest.fixture
def shop() -> Shop:
    """The server."""
    return Shop()


@pytest.fixture
def client(asked: list[Call], shop: Shop) -> Iterator[Client]:
    """A client of a backend whose model asks for those and then says the outputs."""

    def model(request: Request) -> Any:
        return [called.output for called in request.rounds[-1]] if request.rounds else asked

    backend = Backend.seeded(1, completer=FromFunction(model))
    backend.engine.serving.hosted["mcp"] = shop
    yield Client(backend)
    backend.close()


def started(client: Client, require_approval: Any = None, tools: Any = (SHOP,)) -> str:
    """The path of a new run with that rule of approval, or with none that is said."""
    entry = {"server_label": "shop", "headers": {}}
    entry |= {} if require_approval is None else {"require_approval": require_approval}
    agent = client.agent(tools=list(tools), tool_resources={"mcp": [entry]})
    return client.run_on(client.thread("Roses!"), agent)


def waiting(client: Client, run: str) -> list[Any]:
    """The calls that are to be approved."""
    action = client.until(run, "requires_action")["required_action"]
    assert action["type"] == "submit_tool_approval"
    return list(action["submit_tool_approval"]["tool_calls"])


def answer(client: Client, run: str, *approve: bool, **more: Any) -> Any:
    """Answer each call that waits."""
    answers = [
        {"tool_call_id": call["id"], "approve": yes, **more}
        for call, yes in zip(waiting(client, run), approve, strict=True)
    ]
    return client.post(f"{run}/submit_tool_outputs", {"tool_approvals": answers})


def outputs(client: Client, run: str) -> list[str]:
    """The outputs of the tool step."""
    steps = client.get(f"{run}/steps", order="asc")["data"]
    return [call["output"] for call in steps[1]["step_details"]["tool_calls"]]


def test_where_nothing_is_said_each_call_waits_for_approval(client: Client, shop: Shop) -> None:
    """The run names the calls; nothing was called yet."""
    run = started(client)
    first, second = waiting(client, run)
    assert {name: first[name] for name in first if name != "id"} == {
        "type": "mcp", "name": "look", "arguments": '{"what": "roses"}', "server_label": "shop",
    }  # fmt: skip
    assert second["name"] == "buy"
    assert shop.called == []


def test_what_is_approved_is_called_and_the_run_goes_on(client: Client, shop: Shop) -> None:
    """The answer is the run, queued again; the headers of the approval go along."""
    run = started(client, "always")
    assert answer(client, run, True, True, headers={"X-Key": "1"})["status"] == "queued"
    client.until(run, "completed")
    assert shop.called == [("shop_look", {"X-Key": "1"}), ("shop_buy", {"X-Key": "1"})]
    assert outputs(client, run) == ["shop_look done", "shop_buy done"]


def test_what_is_not_approved_is_not_called_and_the_model_is_told(client: Client, shop: Shop) -> None:
    """Each call for itself."""
    run = started(client, "always")
    answer(client, run, True, False)
    client.until(run, "completed")
    assert [name for name, _ in shop.called] == ["shop_look"]
    done, denied = outputs(client, run)
    assert done == "shop_look done"
    assert "did not approve" in json.loads(denied)["error"]


@pytest.mark.parametrize(
    ("rule", "asked_for"),
    [
        ("never", []),
        ({"never": {"tool_names": ["look"]}}, ["buy"]),
        ({"always": {"tool_names": ["buy"]}}, ["buy"]),
        ({"never": {"tool_names": ["look", "buy"]}}, []),
        ({"always": {"tool_names": ["look"]}, "never": {"tool_names": ["buy"]}}, ["look"]),
        ({"always": {"tool_names": []}, "never": {"tool_names": ["buy"]}}, ["look"]),
        ("sometimes", ["look", "buy"]),
    ],
    ids=str,
)
def test_the_rule_says_which_calls_wait(client: Client, shop: Shop, rule: Any, asked_for: list[str]) -> None:
    """The others are made before anybody is asked."""
    run = started(client, rule)
    if asked_for:
        assert [call["name"] for call in waiting(client, run)] == asked_for
        assert {name for name, _ in shop.called} == {"shop_look", "shop_buy"} - {
            f"shop_{x}" for x in asked_for
        }
        answer(client, run, *(True for _ in asked_for))
    client.until(run, "completed")
    assert len(shop.called) == 2


def test_approvals_come_first_and_outputs_after_them(client: Client, asked: list[Call], shop: Shop) -> None:
    """A run that needs both asks twice, for one thing at a time."""
    asked[:] = [Call("weather", "{}"), Call("shop_buy", "{}")]
    run = started(client, tools=(SHOP, FUNCTION))
    assert [call["name"] for call in waiting(client, run)] == ["buy"]
    answer(client, run, True)
    action = client.until(run, "requires_action")["required_action"]
    while action["type"] != "submit_tool_outputs":
        client.backend.time.sleep(0.1)
        action = client.get(run)["required_action"] or {"type": None}
    client.answer(run)
    client.until(run, "completed")
    assert [name for name, _ in shop.called] == ["shop_buy"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"tool_outputs": [{"tool_call_id": "x", "output": "y"}]}, "waits for approvals"),
        ({"tool_approvals": [{"tool_call_id": "x", "approve": True}]}, "Expected one tool approval"),
        ({"tool_approvals": []}, "missing"),
        ({"tool_approvals": [], "tool_outputs": []}, "either"),
        ({}, "Missing"),
    ],
)
def test_what_is_no_answer_is_refused_and_the_run_goes_on_waiting(
    client: Client, shop: Shop, body: dict[str, Any], words: str
) -> None:
    """With a 400 that says what is expected."""
    run = started(client)
    waiting(client, run)
    status, error = client.error("POST", f"{run}/submit_tool_outputs", body)
    assert status == 400
    assert words in error["message"]
    assert len(waiting(client, run)) == 2
    assert shop.called == []


def test_an_answer_counts_once(client: Client) -> None:
    """Whoever answers second is told that nothing waits."""
    run = started(client)
    calls = waiting(client, run)
    answer(client, run, True, True)
    again = {"tool_approvals": [{"tool_call_id": call["id"], "approve": True} for call in calls]}
    status, error = client.error("POST", f"{run}/submit_tool_outputs", again)
    assert (status, error["param"]) == (400, "tool_approvals")


def test_a_run_that_nobody_approves_expires_after_ten_minutes(client: Client, shop: Shop) -> None:
    """That is the end of it for azure-ai-agents 1.1.0, which cannot answer."""
    run = started(client)
    created = client.get(run)["created_at"]
    waiting(client, run)
    client.backend.time.sleep(600)
    assert client.get(run)["status"] == "expired"
    assert client.get(run)["created_at"] == created
    assert shop.called == []


def test_a_run_that_waits_for_approval_can_be_cancelled(client: Client, shop: Shop) -> None:
    """At once, and nothing was called."""
    run = started(client)
    waiting(client, run)
    client.post(f"{run}/cancel")
    assert client.get(run)["status"] == "cancelled"
    assert shop.called == []


def test_the_stream_stops_for_approval_and_the_answers_stream_goes_on(client: Client) -> None:
    """Activities, the call, requires_action; then the step with its output, the message, the end."""
    entry = {"server_label": "shop", "headers": {}}
    agent = client.agent(tools=[SHOP], tool_resources={"mcp": [entry]})
    path = f"/threads/{client.thread('Roses!')}/runs"
    first = streamed(client, path, {"assistant_id": agent, "stream": True})
    check_stream(first)
    names = [name for name, _ in events_in(first)]
    assert names[-2:] == ["thread.run.requires_action", "done"]
    run = [data for name, data in events_in(first) if name == "thread.run.requires_action"][-1]
    ids = [call["id"] for call in run["required_action"]["submit_tool_approval"]["tool_calls"]]
    answers = [{"tool_call_id": id, "approve": True} for id in ids]
    body = {"tool_approvals": answers, "stream": True}
    second = streamed(client, f"{path}/{run['id']}/submit_tool_outputs", body)
    check_stream(second)
    events = list(events_in(second))
    assert [name for name, _ in events[:3]] == [
        "thread.run.queued",
        "thread.run.in_progress",
        "thread.run.step.completed",
    ]
    assert [call["output"] for call in events[2][1]["step_details"]["tool_calls"]] == [
        "shop_look done",
        "shop_buy done",
    ]
    assert "thread.run.step.delta" not in [name for name, _ in events]
    assert [name for name, _ in events[-2:]] == ["thread.run.completed", "done"]


def streamed(client: Client, path: str, body: Any) -> bytes:
    """A stream to its end."""
    request = HttpRequest("POST", client.prefix + path, {}, {}, json.dumps(body).encode())
    return read_stream(client.backend, client.backend.handle(request))
