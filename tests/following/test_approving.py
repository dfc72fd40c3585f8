from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import mcp_server
from tests.shop import SHOP, Shop
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import NobodyAnswers, Refused, ToolError
from threadlab.following.follow import follow
from threadlab.following.print_run import show
from threadlab.following.run_view import RunView, advance
from threadlab.following.wait import wait
from threadlab.objects.event import ApprovalNeeded, Event, OutputsSubmitted, ToolStarted
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.tool_call import ToolApproval, ToolCall
from threadlab.tools.approval_policy import Approve, by_name
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox

HERE = Local(seed=1, pace=0)


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def buy(request: Request) -> Any:
    """Look and buy, then say what came of it."""
    asked = [Call("shop_look", '{"what": "roses"}'), Call("shop_buy", '{"what": "roses"}')]
    return [called.output for called in request.rounds[-1]] if request.rounds else asked


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    """In the place of the lab's MCP servers."""
    shop = Shop()
    monkeypatch.setattr("threadlab.backend.reach.Mcp", lambda *_: shop)
    return shop


@pytest.fixture
def lab(shop: Shop) -> Iterator[Lab]:
    """A lab whose model looks and buys."""
    with connect(target=HERE, completer=FromFunction(buy)) as lab:
        yield lab


def started(lab: Lab, way: str = "polled") -> Followable:
    """A run that will wait for approval, or its stream."""
    agent = lab.create_agent(tools=[SHOP])
    thread = lab.threads.create(messages=[{"role": "user", "content": "Roses!"}])
    if way == "streamed":
        return lab.runs.stream(thread.id, agent.id)
    return lab.runs.create(thread.id, agent.id)


def seen_through(what: Followable, approve: Approve, *yes: str) -> list[Event]:
    """All events; of the calls that a person is asked about, those with these names are approved."""
    events = []
    for event in follow(what, tools=Toolbox(approve=approve)):
        events.append(event)
        if isinstance(event, ApprovalNeeded):
            call = event.approval.call
            event.approval.approve() if call.name in yes else event.approval.deny()
    return events


def asked_about(events: list[Event]) -> list[str]:
    """The names of the calls that a person was asked about."""
    return [event.approval.call.name for event in events if isinstance(event, ApprovalNeeded)]


def submitted(events: list[Event]) -> list[bool]:
    """The answers that were given."""
    (event,) = (event for event in events if isinstance(event, OutputsSubmitted))
    return [answer.approve for answer in event.approvals]


@pytest.mark.parametrize("way", ["polled", "streamed"])
def test_a_person_allows_one_call_of_a_server_and_denies_another(lab: Lab, shop: Shop, way: str) -> None:
    """Both answers go in one request, which the wire log shows; nothing is run here."""
    what = started(lab, way)
    events = seen_through(what, True, "look")
    assert asked_about(events) == ["look", "buy"]
    assert submitted(events) == [True, False]
    assert not [event for event in events if isinstance(event, ToolStarted)]
    assert [name for name, _ in shop.called] == ["shop_look"]
    (request,) = (one for one in lab.wire.entries if one.path.endswith("/submit_tool_outputs"))
    assert [one["approve"] for one in request.request["tool_approvals"]] == [True, False]
    assert (request.method, request.status) == ("POST", 200)
    assert request.request.get("stream", False) is (way == "streamed")
    view = RunView(run=run_of(what))
    for event in events:
        view = advance(view, event)
    assert view.run.status == "completed"
    assert [card.decision.approved for card in view.calls if card.decision] == [True, False]
    assert [card.state for card in view.calls] == ["answered by the service", "submitted"]
    assert "did not approve" in json.loads(view.calls[1].output or "")["error"]


def only_purchases(call: ToolCall) -> bool:
    """Ask about these."""
    return call.name == "buy"


def broken(call: ToolCall) -> bool:
    """Fail."""
    raise ValueError


@pytest.mark.parametrize(
    ("approve", "asked", "answers"),
    [
        (True, ["look", "buy"], [False, False]),
        (False, [], [True, True]),
        (only_purchases, ["buy"], [True, False]),
        (by_name(), ["look", "buy"], [False, False]),
        (broken, [], [False, False]),
    ],
)
def test_the_policy_says_about_which_calls_a_person_is_asked(
    lab: Lab, shop: Shop, approve: Approve, asked: list[str], answers: list[bool]
) -> None:
    """Names of functions say nothing about servers, and a policy that fails counts as a no."""
    events = seen_through(started(lab), approve)
    assert asked_about(events) == asked
    assert submitted(events) == answers
    assert len(shop.called) == sum(answers)


@pytest.mark.parametrize("tools", [None, Toolbox(), Toolbox(add)])
def test_where_nobody_said_who_decides_nothing_is_approved(lab: Lab, shop: Shop, tools: Any) -> None:
    """Tools of one's own are no word about what a server may do."""
    with pytest.raises(NobodyAnswers, match="approval of look of shop, buy of shop") as caught:
        wait(started(lab), tools=tools)
    assert "Toolbox(approve=True)" in str(caught.value.hint)
    assert shop.called == []


def test_the_arguments_of_a_servers_call_cannot_be_changed(lab: Lab) -> None:
    """The service has the call; it stays open, to be decided."""
    for event in follow(started(lab), tools=Toolbox(approve=True)):
        if isinstance(event, ApprovalNeeded):
            with pytest.raises(ToolError, match="cannot be changed"):
                event.approval.approve('{"what": "tulips"}')
            event.approval.approve(event.approval.call.arguments)


def test_an_approval_by_hand_is_one_request_and_wrong_ones_are_refused(lab: Lab, shop: Shop) -> None:
    """As with outputs, all calls are answered at once."""
    run = started(lab)
    assert isinstance(run, Run)
    with pytest.raises(NobodyAnswers):
        wait(run)
    run = run.read()
    with pytest.raises(Refused, match="tool approval"):
        run.submit([ToolApproval(run.required_calls[0].id, True)])
    run.submit([ToolApproval(call.id, True) for call in run.required_calls])
    assert wait(run).status == "completed"
    assert len(shop.called) == 2


def test_the_printed_run_tells_of_approvals(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of approvals."""
    show(started(lab), tools=Toolbox(approve=False))
    assert "submitted 2 approvals in one request" in capsys.readouterr().out


def test_the_rules_ask_a_real_server_once_a_person_has_approved() -> None:
    """The stand-in, a server over stdio, and a yes."""
    command = [sys.executable, str(Path(mcp_server.__file__))]
    with connect(target=HERE, mcp_servers={"sums": command}) as lab:
        definition = {"type": "mcp", "server_label": "sums", "server_url": "stdio://sums"}
        agent = lab.create_agent(tools=[definition])
        said = [{"role": "user", "content": "Call sums_tick."}]
        run = lab.runs.create(lab.threads.create(messages=said).id, agent.id)
        events = seen_through(run, True, "tick")
        assert submitted(events) == [True]
        called = [step for step in run.steps() if step.type == "tool_calls"]
        assert [call.output for call in called[0].tool_calls] == ["1"]
