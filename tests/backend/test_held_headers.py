from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.backend_client import Client, read_stream
from tests.shop import SHOP, Shop
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.held_headers import MOST, HeldHeaders
from threadlab.backend.hosted import Setting, ToolFailed
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request as HttpRequest

Open = Callable[[], tuple[Client, Shop]]
TOKENS = {name: f"token-of-the-{name}-7f3a9c" for name in ("agent", "thread", "run", "approval")}


def buy(request: Request) -> Any:
    """Buy roses, then say what came of it."""
    return [called.output for called in request.rounds[-1]] if request.rounds else [Call("shop_buy", "{}")]


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    """Opens the store again and again, each time as a new process would."""
    backends = []

    def open_again() -> tuple[Client, Shop]:
        backend, shop = Backend.durable(tmp_path / "lab.db", completer=FromFunction(buy), pace=0), Shop()
        backend.engine.serving.hosted["mcp"] = shop
        backends.append(backend)
        return Client(backend), shop

    yield open_again
    for backend in backends:
        backend.close()


def resources(who: str, **more: Any) -> Any:
    """Tool resources with a token."""
    return {"mcp": [{"server_label": "shop", "headers": {f"X-{who}": TOKENS[who]}, **more}]}


def approved(client: Client, run: str, headers: Any = None) -> Any:
    """The answer to a yes to all that a run waits for."""
    calls = client.until(run, "requires_action")["required_action"]["submit_tool_approval"]["tool_calls"]
    answers = [{"tool_call_id": call["id"], "approve": True, "headers": headers} for call in calls]
    return client.post(f"{run}/submit_tool_outputs", {"tool_approvals": answers})


def test_headers_reach_their_server_and_stand_nowhere_else(opened: Open, tmp_path: Path) -> None:
    """Not in the files of the store, the log, or any answer, wherever a client gave them."""
    client, shop = opened()
    agent = client.post(
        "/assistants", {"model": "m", "tools": [SHOP], "tool_resources": resources("agent")}
    )  # replaced by those of the run
    thread = client.post(
        "/threads",
        {"messages": [{"role": "user", "content": "Roses!"}], "tool_resources": resources("thread")},
    )
    path = f"/threads/{thread['id']}"
    run = client.run_on(thread["id"], agent["id"], tool_resources=resources("run"))
    shown = [agent, thread, approved(client, run, {"X-approval": TOKENS["approval"]})]
    client.until(run, "completed")
    expected = {f"X-{who}": TOKENS[who] for who in ("thread", "run", "approval")}
    assert shop.called == [("shop_buy", expected)]

    again = client.run_on(thread["id"], agent["id"])
    shown.append(approved(client, again))
    client.until(again, "completed")
    assert shop.called[1:] == [("shop_buy", {f"X-{who}": TOKENS[who] for who in ("thread", "agent")})]

    for what in ("/assistants", f"/assistants/{agent['id']}", path, f"{path}/runs", run, f"{run}/steps"):
        shown.append(client.get(what))
    assert shown[0]["tool_resources"]["mcp"] == [{"server_label": "shop", "headers": {}}]
    events = client.backend.handle(HttpRequest("GET", f"{client.prefix}{run}/events", {}, {}, b""))
    log = [entry.data for entry in client.backend.store.log(thread_id=thread["id"])]
    kept = [read_stream(client.backend, events), json.dumps([shown, log]).encode()]
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"lab.db", "lab.db-wal"} <= {file.name for file in files}
    kept += [file.read_bytes() for file in files]
    assert any(b"shop_buy" in one for one in kept[2:])
    assert not [token for token in TOKENS.values() for one in kept if token.encode() in one]


def test_headers_that_a_restart_has_lost_fail_the_run_and_it_says_so(opened: Open) -> None:
    """A server is never called without what it was to be told."""
    client, _ = opened()
    never = resources("agent", require_approval="never")
    agent, thread = client.agent(tools=[SHOP], tool_resources=never), client.thread("Roses!")
    client.until(client.run_on(thread, agent), "completed")
    client.backend.close()
    client, shop = opened()
    error = client.until(client.run_on(thread, agent), "failed")["last_error"]
    assert error["code"] == "tool_user_error"
    assert "X-agent" in error["message"]
    assert "Send them again" in error["message"]
    assert shop.called == []
    client.post(f"/assistants/{agent}", {"tool_resources": never})
    client.until(client.run_on(thread, agent), "completed")
    assert len(shop.called) == 1


def test_headers_are_not_known_to_another_process_with_the_same_store(opened: Open) -> None:
    """Its runs fail and say so, while those of the process that was given them go on."""
    client, shop = opened()
    other, its_shop = opened()
    never = resources("agent", require_approval="never")
    agent, thread = client.agent(tools=[SHOP], tool_resources=never), client.thread("Roses!")
    error = other.until(other.run_on(thread, agent), "failed")["last_error"]
    assert "the header X-agent for the MCP server shop is not known in this process" in error["message"]
    assert "another one with the same store" in error["message"]
    assert TOKENS["agent"] not in error["message"]
    client.until(client.run_on(thread, agent), "completed")
    assert (len(shop.called), its_shop.called) == (1, [])
    own = other.run_on(thread, agent, tool_resources=never)
    other.until(own, "completed")
    assert its_shop.called == [("shop_buy", {"X-agent": TOKENS["agent"]})]


@pytest.mark.parametrize(
    "headers", [{"X-Key": "secret\n"}, {"X Key": "secret"}, {"X": 1}, ["secret"]], ids=str
)
def test_what_no_header_can_be_is_refused_and_not_repeated(opened: Open, headers: Any) -> None:
    """An HTTP client would name the value in its own complaint."""
    client, _ = opened()
    entry = {"server_label": "shop", "headers": headers}
    body = {"model": "m", "tools": [SHOP], "tool_resources": {"mcp": [entry]}}
    status, error = client.error("POST", "/assistants", body)
    assert (status, error["param"]) == (400, "tool_resources.mcp[0].headers")
    assert "secret" not in error["message"]


@pytest.mark.parametrize("name", ["headers", "authorization"])
def test_a_tools_definition_cannot_have_secrets(opened: Open, name: str) -> None:
    """Definitions are kept as they were sent."""
    client, _ = opened()
    body = {"model": "m", "tools": [{**SHOP, name: {"X-Key": "secret"}}]}
    status, error = client.error("POST", "/assistants", body)
    assert (status, error["param"]) == (400, f"tools[0].{name}")
    assert "tool_resources" in error["message"]
    assert "secret" not in error["message"]


def test_what_was_not_used_for_longest_is_let_go_first() -> None:
    """Memory has an end."""
    held = HeldHeaders()

    def setting(references: dict[str, str]) -> Setting:
        entry = {"server_label": "shop", "headers": references}
        return Setting(run_id="r", thread_id="t", definition=SHOP, resources=({"mcp": [entry]},))

    used, unused = setting(held.hold({"A": "1"})), setting(held.hold({"A": "2"}))
    held.hold({str(number): "x" for number in range(MOST - 2)})
    assert held.told(used) == {"A": "1"}
    held.hold({"A": "3"})
    assert held.told(used) == {"A": "1"}
    with pytest.raises(ToolFailed, match="header A for the MCP server shop"):
        held.told(unused)
