"""The classic service over the real SDK and the local backend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from azure.ai.agents.models import FileSearchToolDefinition

from threadlab.backend.completer.port import Call
from threadlab.backend.completer.scripted import Scripted
from threadlab.backend.wire.http import Request, Response, json_response
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import NotFound, Refused
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolOutput

if TYPE_CHECKING:
    from tests.service.conftest import MakeCanned

TOOL = {
    "type": "function",
    "function": {"name": "double", "description": "Double a number", "parameters": {"type": "object"}},
}


def moved_on(run: Run) -> Run:
    """The run when it is over or waits for outputs."""
    while not run.is_terminal and run.status != "requires_action":
        run.service.time.sleep(1)
        run = run.read()
    return run


def test_an_agent_is_made_read_changed_listed_and_deleted(lab: Lab) -> None:
    """The model is the settings' unless it is named; definitions come back as plain mappings."""
    agent = lab.create_agent(name="a", instructions="be kind", tools=[TOOL], metadata={"k": "v"})
    assert (agent.model, agent.name, agent.instructions) == ("stand-in", "a", "be kind")
    assert agent.tools[0]["function"]["name"] == "double"
    assert lab.get_agent(agent.id) == agent
    assert agent.native.id == agent.id
    changed = lab.update_agent(agent.id, name="b", tools=[FileSearchToolDefinition()])
    assert (changed.name, changed.tools[0]["type"]) == ("b", "file_search")
    other = lab.create_agent(model="another")
    assert [each.id for each in lab.list_agents(limit=1, order="asc")] == [agent.id, other.id]
    lab.delete_agent(agent.id)
    with pytest.raises(NotFound, match=f"read agent {agent.id}"):
        lab.get_agent(agent.id)


def test_threads_and_messages_have_their_verbs(lab: Lab) -> None:
    """Create with first messages, read, update metadata, list newest first, delete."""
    thread = lab.threads.create(messages=[{"role": "user", "content": "one"}], metadata={"a": "b"})
    assert lab.threads.get(thread.id).metadata == {"a": "b"}
    assert lab.threads.update(thread.id, metadata={"c": "d"}).metadata == {"c": "d"}
    assert [each.id for each in lab.threads.list()] == [thread.id]
    two = lab.messages.create(thread.id, content=({"type": "text", "text": "two"},), metadata={"n": "2"})
    assert (two.text, two.role, two.metadata) == ("two", "user", {"n": "2"})
    assert lab.messages.update(thread.id, two.id, metadata={"n": "3"}).metadata == {"n": "3"}
    assert lab.messages.get(thread.id, two.id).metadata == {"n": "3"}
    assert [message.text for message in lab.messages.list(thread.id)] == ["two", "one"]
    lab.threads.delete(thread.id)
    with pytest.raises(NotFound):
        lab.threads.get(thread.id)


def test_a_run_with_two_tool_calls_goes_round_and_completes() -> None:
    """The run carries its service: it reads itself, answers, and lists what it wrote."""
    calls = [Call("double", json.dumps({"n": n})) for n in (1, 2)]
    with connect(target=Local(seed=7, pace=0), completer=Scripted([calls, "2 and 4"])) as lab:
        thread = lab.threads.create(messages=[{"role": "user", "content": "double 1 and 2"}])
        agent = lab.create_agent()
        run = lab.runs.create(thread.id, agent.id, tools=[TOOL], metadata={"a": "b"})
        assert (run.status, run.agent_id, run.metadata) == ("queued", agent.id, {"a": "b"})
        run = moved_on(run)
        assert [(call.name, json.loads(call.arguments)) for call in run.required_calls] == [
            ("double", {"n": 1}),
            ("double", {"n": 2}),
        ]
        run = run.submit([ToolOutput(call.id, f"out {call.id}") for call in run.required_calls])
        run = moved_on(run)
        assert (run.status, run.required_calls, run.error) == ("completed", (), None)
        assert run.usage is not None
        tools, writing = run.steps()
        assert [call.output for call in tools.tool_calls] == [f"out {call.id}" for call in tools.tool_calls]
        (message,) = run.messages()
        assert (message.text, message.run_id, message.id) == ("2 and 4", run.id, writing.message_id)
        assert lab.run_steps.get(thread.id, run.id, tools.id) == tools
        assert [each.id for each in lab.runs.list(thread.id)] == [run.id]
        assert lab.runs.update(thread.id, run.id, metadata={"c": "d"}).metadata == {"c": "d"}


def test_steps_and_messages_of_a_run_cost_one_request_each(lab: Lab) -> None:
    """The SDK's own iterator would ask a second time."""
    thread = lab.threads.create(messages=[{"role": "user", "content": "hello"}])
    run = moved_on(lab.runs.create(thread.id, lab.create_agent().id))
    before = lab.wire.count
    run.steps()
    run.messages()
    assert [entry.path.split("?")[0].rsplit("/", 1)[1] for entry in lab.wire.since(before)] == [
        "steps",
        "messages",
    ]


def test_one_run_at_a_time_and_the_errors_say_so(lab: Lab) -> None:
    """A second run and a message are refused until the first is cancelled."""
    thread = lab.threads.create(messages=[{"role": "user", "content": "hello"}])
    agent = lab.create_agent()
    run = lab.runs.create(thread.id, agent.id)
    with pytest.raises(Refused, match="one run at a time") as caught:
        lab.runs.create(thread.id, agent.id)
    assert caught.value.thread_id == thread.id
    with pytest.raises(Refused, match="closed to new messages"):
        lab.messages.create(thread.id, content="more")
    run.cancel()
    run = moved_on(run)
    assert run.status == "cancelled"
    with pytest.raises(Refused, match="nothing to cancel"):
        run.cancel()


@pytest.mark.parametrize(("amount", "requests"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_a_list_asks_for_no_page_more_than_it_needs(lab: Lab, amount: int, requests: int) -> None:
    """By twos: a page that is short is the last; only a full one leaves the question open."""
    thread = lab.threads.create()
    ids = [lab.messages.create(thread.id, content=str(n)).id for n in range(amount)]
    before = lab.wire.count
    assert [message.id for message in lab.messages.list(thread.id, limit=2, order="asc")] == ids
    assert lab.wire.count - before == requests


def test_a_list_is_lazy(lab: Lab) -> None:
    """Nothing is asked before the first item, and no page before its turn."""
    thread = lab.threads.create()
    for n in range(5):
        lab.messages.create(thread.id, content=str(n))
    before = lab.wire.count
    messages = lab.messages.list(thread.id, limit=2)
    assert lab.wire.count == before
    assert [next(messages).text, next(messages).text] == ["4", "3"]
    assert lab.wire.count == before + 1


def test_a_short_page_that_is_not_the_last_is_not_taken_for_it(canned: MakeCanned) -> None:
    """A service may filter after it has counted; then `has_more` says so."""

    def page(ids: list[str], more: bool) -> dict[str, Any]:
        threads = [{"id": id, "object": "thread", "created_at": 1, "metadata": {}} for id in ids]
        return {"object": "list", "data": threads, "last_id": ids[-1] if ids else None, "has_more": more}

    def answer(request: Request) -> Response:
        after = request.query.get("after")
        return json_response(page(["a"], True) if after is None else page(["b"], False))

    service = canned(answer).service()
    assert [thread.id for thread in service.threads.list(limit=2)] == ["a", "b"]


def test_a_new_status_passes_through(canned: MakeCanned) -> None:
    """The SDK's enum does not know it, and nothing breaks."""
    run = {"id": "run_1", "thread_id": "thread_1", "assistant_id": "a", "status": "incomplete"}
    service = canned(lambda _: json_response(run)).service()
    assert service.runs.get("thread_1", "run_1").is_terminal
    strange = canned(lambda _: json_response({**run, "status": "dreaming"})).service()
    assert not strange.runs.get("thread_1", "run_1").is_known


def test_the_sdks_own_options_reach_the_service(canned: MakeCanned) -> None:
    """What the port does not name is passed on."""
    run = {"id": "run_1", "thread_id": "thread_1", "assistant_id": "a", "status": "queued"}
    handler = canned(lambda _: json_response(run))
    handler.service().runs.create("thread_1", "a", temperature=0.5, max_prompt_tokens=9, tools=[])
    body = json.loads(handler.seen[0].body)
    assert (body["temperature"], body["max_prompt_tokens"], body["tools"]) == (0.5, 9, [])
