"""Following calls of MCP servers, of described operations and of scripted tools: the service answers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.shop import SHOP, Shop
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.hosted import Json, Outcome, Setting
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.following.explain import APPROVAL, AT_THE_SERVICE, explain
from threadlab.following.follow import follow
from threadlab.following.print_run import show
from threadlab.following.run_view import CallState, RunView, advance
from threadlab.objects.event import ApprovalNeeded, ArgumentsArrived
from threadlab.objects.run_stream import Followable, run_of
from threadlab.tools.toolbox import Toolbox
from threadlab.widgets.runs.run_card import card_of
from threadlab.widgets.runs.run_card_text import render_text
from threadlab.widgets.wire.sequence_diagram import render_text as sequence_text
from threadlab.widgets.wire.sequence_diagram import sequence_diagram

SPEC = {"openapi": "3.1.0", "info": {"title": "w", "version": "1"}, "paths": {}}
MAP: Any = {"type": "openapi", "openapi": {"name": "map", "spec": SPEC, "auth": {"type": "anonymous"}}}
BING: Any = {"type": "bing_grounding", "bing_grounding": {"search_configurations": []}}
UNASKED: Any = {"mcp": [{"server_label": "shop", "headers": {}, "require_approval": "never"}]}
KINDS: dict[str, tuple[Any, Call, tuple[str, str, str]]] = {
    "mcp": (SHOP, Call("shop_look", '{"what": "roses"}'), ("look of shop", "roses", "shop_look done")),
    "openapi": (MAP, Call("map_find", '{"place": "Oslo"}'), ("map_find", "Oslo", "found it")),
    "bing_grounding": (BING, Call("bing_grounding", '{"query": "snow"}'), ("bing_grounding", "snow", "deep")),
}
"""Of each kind: a tool, the call that the model makes, and what a card must tell of it."""


class Atlas:
    """In the place of the operations of a description."""

    def check(self, definition: Json) -> None:
        """It may be reached."""

    def offer(self, setting: Setting) -> list[Json]:
        """One operation."""
        function = {"name": "map_find", "description": "", "parameters": {"type": "object", "properties": {}}}
        return [{"type": "function", "function": function, "hosted": "openapi"}]

    def call(self, setting: Setting, arguments: str) -> Outcome:
        """Done."""
        return Outcome("found it")


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind."""
    return str(request.param)


@pytest.fixture
def lab(kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab whose model makes the call of that kind, and then says what came back."""
    monkeypatch.setattr("threadlab.backend.reach.Mcp", lambda *_: Shop())
    monkeypatch.setattr("threadlab.backend.reach.OpenApi", lambda *_: Atlas())

    def model(request: Request) -> Any:
        return request.rounds[-1][0].output if request.rounds else [KINDS[kind][1]]

    scripted = {"bing_grounding": "deep"}
    with connect(seed=1, pace=0, completer=FromFunction(model), scripted_tools=scripted) as lab:
        yield lab


def started(lab: Lab, kind: str, *, stream: bool = False, **options: Any) -> Followable:
    """A run with a tool of that kind."""
    agent = lab.create_agent(tools=[KINDS[kind][0]])
    thread = lab.threads.create(messages=[{"role": "user", "content": "Please."}])
    return (lab.runs.stream if stream else lab.runs.create)(thread.id, agent.id, **options)


def unasked(kind: str) -> dict[str, Any]:
    """What lets the service call without asking."""
    return {"tool_resources": UNASKED} if kind == "mcp" else {}


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_without_approval_is_answered_by_the_service(lab: Lab, kind: str, stream: bool) -> None:
    """Polled or streamed, the card has its name and server, its arguments and its output."""
    what = started(lab, kind, stream=stream, **unasked(kind))
    view, states, told = RunView(run=run_of(what)), set[CallState](), list[ArgumentsArrived]()
    for event in follow(what):
        view = advance(view, event)
        states |= {card.state for card in view.calls}
        told += [event] if isinstance(event, ArgumentsArrived) else []
    assert states <= {"arriving", "at the service", "answered by the service"}
    name, argument, output = KINDS[kind][2]
    (call,) = (call for step in card_of(view).steps for call in step.calls)
    assert (call.name, call.state, call.mood, call.output) == (
        name,
        "answered by the service",
        "good",
        output,
    )
    assert argument in call.arguments
    assert call.hosted is None
    text = render_text(view)
    assert f"{name} {call.id}, answered by the service" in text
    assert "submitted" not in text
    if stream and kind in ("mcp", "openapi"):
        assert argument in told[-1].call.arguments
        assert told[-1].call.title == name


def test_the_printed_run_tells_the_call_and_its_output(
    lab: Lab, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And of an MCP server, what it offers."""
    run = show(started(lab, kind, **unasked(kind)))
    said = capsys.readouterr().out
    name, argument, output = KINDS[kind][2]
    (line,) = (line for line in said.splitlines() if line.strip().startswith(f"{name}("))
    assert argument in line
    assert line.endswith(f")  {output}")
    assert ("activities: shop offers look, buy" in said) is (kind == "mcp")
    explained = explain(run)
    assert f"{name}: {AT_THE_SERVICE}" in str(explained)
    assert set(explained.by_cause) == {AT_THE_SERVICE, "the model"}


@pytest.mark.parametrize("kind", ["mcp"], indirect=True)
@pytest.mark.parametrize("stream", [False, True])
def test_while_a_person_is_asked_the_call_is_not_at_the_service(lab: Lab, kind: str, stream: bool) -> None:
    """It needs approval, is then at the service, and its output stays."""
    what = started(lab, kind, stream=stream)
    view, states = RunView(run=run_of(what)), list[str]()
    for event in follow(what, tools=Toolbox(approve=True)):
        view = advance(view, event)
        states += [card.state for card in view.calls if card.state not in states[-1:]]
        if isinstance(event, ApprovalNeeded):
            event.approval.approve()
    assert states[-4:] == ["requested", "needs approval", "at the service", "answered by the service"]
    assert view.calls[0].output == "shop_look done"


@pytest.mark.parametrize("kind", ["mcp"], indirect=True)
def test_the_time_of_an_approval_and_its_request_are_told_as_such(
    lab: Lab, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the printed run, the explanation and the sequence diagram."""
    run = show(started(lab, kind), tools=Toolbox(approve=False))
    said = capsys.readouterr().out
    assert "the service is about to call tools; the run waits for your approval" in said
    assert "submitted 1 approval in one request: 1 yes" in said
    explained = explain(run, truth=lab.workbench.truth(run))
    (step,) = (part for part in explained.parts if part.name == "tool_calls")
    assert [stretch.cause for stretch in step.stretches][:2] == [AT_THE_SERVICE, APPROVAL]
    assert sum(explained.by_cause.values()) == pytest.approx(explained.seconds)
    rows = [line[13:] for line in sequence_text(sequence_diagram(lab, run)).splitlines()]
    asked = rows.index('engine ⇠ model: call shop_look({"what": "roses"})')
    submitted = rows.index("your code → service: submit tool approvals")
    assert rows[submitted + 1] == "service → engine: tool approvals: 1 yes"
    (called,) = (n for n, row in enumerate(rows) if row.startswith("engine → server tools: shop_look("))
    assert asked < submitted < called
