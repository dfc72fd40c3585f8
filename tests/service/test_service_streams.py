"""Streams of the service: started, answered, joined; their events as the kit's objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Scene
from threadlab.backend.wire.http import Request, Response
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import NotInThisService, Refused, Unavailable
from threadlab.objects.event import Wait
from threadlab.objects.stream_event import CallPiece, StreamEvent, TextPiece
from threadlab.objects.tool_call import ToolApproval, ToolOutput
from threadlab.service.read_stream import stream_event
from threadlab.service.sse import Block, Blocks


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab whose model is a completer of three lines."""
    with connect(target=Local(seed=1, pace=0), completer=Scene()) as lab:
        yield lab


def ids(lab: Lab, *, tools: bool = False) -> tuple[str, str]:
    """A new thread and a new agent."""
    agent = lab.create_agent(tools=[FUNCTION] if tools else None)
    return lab.threads.create(messages=[{"role": "user", "content": "How is the weather?"}]).id, agent.id


def test_a_stream_is_one_request_and_brings_run_steps_text_and_message(lab: Lab) -> None:
    """Everything that polls would have to ask for, estimates marked as such."""
    thread, agent = ids(lab)
    before = lab.wire.count
    with lab.runs.stream(thread, agent) as stream:  # type: ignore[attr-defined]
        assert stream.run.status == "queued"
        events = list(stream)
    assert lab.wire.count == before + 1
    assert "".join(event.text for event in events).strip() == Scene().text
    assert stream.run.status == "completed"
    assert stream.run == lab.runs.get(thread, stream.run.id)
    assert stream.run.usage is not None and stream.run.usage.estimated
    steps = {event.step.id: event.step for event in events if event.step}
    assert tuple(steps.values()) == stream.run.steps()
    messages = {event.message.id: event.message for event in events if event.message}
    assert tuple(messages.values()) == stream.run.messages()


def test_the_request_that_opened_a_stream_counts_among_those_of_its_run(lab: Lab) -> None:
    """Although its answer named the run only later."""
    streams = []
    for _ in range(2):
        streams.append(lab.runs.stream(*ids(lab)))
        list(streams[-1])
    for stream in streams:
        (entry,) = lab.requests(stream.run)
        assert (entry.method, entry.status) == ("POST", 200)
        assert stream.run.thread_id in entry.path


def test_outputs_are_submitted_with_a_stream_from_the_first_or_alone(lab: Lab) -> None:
    """The next leg goes on with the count of events; without the first stream it counts for itself."""
    stream = lab.runs.stream(*ids(lab, tools=True))
    list(stream)
    outputs = [ToolOutput(call.id, "sunny") for call in stream.run.required_calls]
    seen = stream.seen
    with pytest.raises(Refused):
        stream.answer(outputs[:1])
    leg = stream.answer(outputs)
    kinds = [event.kind for event in leg]
    assert (kinds[0], kinds[-1]) == ("thread.run.step.completed", "done")
    assert leg.seen == seen + len(kinds) - 1
    other = lab.runs.create(*ids(lab, tools=True))
    lab.time.sleep(60)
    calls = lab.runs.get(other.thread_id, other.id).required_calls
    alone = lab.runs.submit_tool_outputs_stream(
        other.thread_id, other.id, [ToolOutput(call.id, "sunny") for call in calls]
    )
    assert alone.run.status == "queued"
    assert [event.kind for event in alone][-1] == "done"
    assert alone.run.status == "completed"


def test_a_run_is_joined_anywhere_and_its_stream_rejoined(lab: Lab) -> None:
    """Behind any number of its events."""
    run = lab.runs.create(*ids(lab))
    whole = list(lab.runs.events(run.thread_id, run.id))
    for after in range(len(whole)):
        joined = lab.runs.events(run.thread_id, run.id, after=after)
        assert [event.kind for event in joined] == [event.kind for event in whole[after:]]
        assert [event.kind for event in joined.rejoin()] == ["done"]
    assert whole[3].id == "4"


def test_a_step_says_how_long_there_will_be_nothing_and_lets_no_time_pass(lab: Lab) -> None:
    """In this process nothing blocks; the reader waits as it likes."""
    stream = lab.runs.stream(*ids(lab))
    assert not stream.blocks
    began, waits = lab.time.now(), 0.0
    while (step := stream.step()) is not None:
        if isinstance(step, Wait):
            assert lab.time.now() == began + waits
            waits += step.seconds
            lab.time.sleep(step.seconds)
    assert waits > 1
    assert stream.run.status == "completed"


def test_a_thread_tells_of_all_its_runs(lab: Lab) -> None:
    """One after the other; any event's id is a place to go on from."""
    thread, agent = ids(lab)
    runs = []
    for _ in range(2):
        runs.append(lab.runs.create(thread, agent))
        lab.time.sleep(60)
    whole = list(lab.threads.events(thread))
    assert [event.run.id for event in whole if event.kind == "thread.run.completed" and event.run] == [
        run.id for run in runs
    ]
    assert list(lab.threads.events(thread, after=whole[7].id)) == whole[8:]
    assert whole[-1].kind == "done"


def test_a_stream_that_ends_without_done_broke_off(canned: Any) -> None:
    """A clean end of the bytes is no end of a stream; what came before it is read."""
    service = canned(lambda request: Response(200, iter([RUN, RUN[:30]]), SSE)).service()
    stream = service.runs.stream("thread_1", "asst_1")
    reading = iter(stream)
    assert next(reading).kind == "thread.run.created"
    with pytest.raises(Unavailable, match="broke off"):
        next(reading)


@pytest.mark.parametrize("body", [b"", b'event: error\ndata: {"message": "too busy"}\n\n', b"nonsense\n\n"])
def test_a_stream_that_never_tells_its_run_is_an_error(canned: Any, body: bytes) -> None:
    """It says what it got."""
    service = canned(lambda request: Response(200, iter([body]), SSE)).service()
    with pytest.raises(Unavailable) as caught:
        service.runs.stream("thread_1", "asst_1")
    assert "too busy" not in body.decode() or caught.value.status is None


def test_an_approval_is_a_request_of_the_sdks_own(canned: Any) -> None:
    """With the version of the interface that all others have, alone and with a stream; a refusal is ours."""
    run = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "status": "queued"}

    def answer(request: Request) -> Response:
        if b'"stream": true' in request.body:
            return Response(200, iter([RUN, b"event: done\ndata: [DONE]\n\n"]), SSE)
        return Response(200, json.dumps(run).encode())

    handler = canned(answer)
    service = handler.service()
    service.runs.get("thread_1", "run_1")
    approvals = [ToolApproval("call_1", True), ToolApproval("call_2", False)]
    assert service.runs.submit_tool_approvals("thread_1", "run_1", approvals).id == "run_1"
    stream = service.runs.submit_tool_outputs_stream("thread_1", "run_1", approvals)
    assert [event.kind for event in stream] == ["thread.run.created", "done"]
    read, alone, streamed = handler.seen
    assert alone.query == streamed.query == read.query
    said = [
        {"tool_call_id": "call_1", "approve": True, "headers": {}},
        {"tool_call_id": "call_2", "approve": False, "headers": {}},
    ]
    assert json.loads(alone.body) == {"tool_approvals": said}
    assert json.loads(streamed.body) == {"tool_approvals": said, "stream": True}
    refusal = b'{"error": {"message": "no tool call waits", "code": "invalid_request_error"}}'
    for submit in (service.runs.submit_tool_approvals, service.runs.submit_tool_outputs_stream):
        handler.answer = lambda request: Response(400, refusal)
        with pytest.raises(Refused, match=r"submit tool approvals to run run_1.*no tool call waits"):
            submit("thread_1", "run_1", approvals)


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_service_that_cannot_join_says_so(canned: Any, status: int) -> None:
    """As Azure, which has no such route; and a 500 stays what it is."""
    error = b'{"error": {"message": "no such route", "code": "not_found"}}'
    service = canned(lambda request: Response(status, error)).service()
    with pytest.raises(NotInThisService):
        service.runs.events("thread_1", "run_1")
    with pytest.raises(NotInThisService):
        list(service.threads.events("thread_1"))
    with pytest.raises(Unavailable):
        canned(lambda request: Response(500, error)).service().runs.events("thread_1", "run_1")


SSE = {"content-type": "text/event-stream"}
RUN = (
    b"event: thread.run.created\ndata: "
    + json.dumps(
        {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "status": "queued"}
    ).encode()
    + b"\n\n"
)


def test_blocks_are_read_whatever_the_line_ends_and_comments() -> None:
    """More than the SDK's parser takes: other servers frame otherwise."""
    stream = b": ping\r\n\r\nevent: a\r\nid: 7\r\ndata: 1\r\ndata: 2\r\n\r\nretry: 3\n\nevent: b\ndata: x"
    for cut in range(len(stream)):
        blocks = Blocks()
        read = [*blocks.feed(stream[:cut]), *blocks.feed(stream[cut:]), *blocks.end()]
        assert read == [Block("a", "1\n2", "7"), Block("b", "x")]


def event(kind: str, data: Any) -> StreamEvent:
    """The stream event of a block."""
    return stream_event(Block(kind, json.dumps(data)))


def test_deltas_are_pieces_of_texts_and_calls() -> None:
    """With other kinds of content and calls left alone."""
    image = {"index": 0, "type": "image_file", "image_file": {"file_id": "f"}}
    text = {"index": 1, "type": "text", "text": {"value": "hi"}}
    delta = {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": [image, text]}}
    told = event("thread.message.delta", delta)
    assert told.pieces == (TextPiece("msg_1", "hi"),)
    assert told.text == "hi"
    first = {"index": 1, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
    more = {"index": 1, "type": "function", "function": {"arguments": '{"a"'}}
    details = {"type": "tool_calls", "tool_calls": [first, more]}
    step = {"id": "step_1", "object": "thread.run.step.delta", "delta": {"step_details": details}}
    assert event("thread.run.step.delta", step).pieces == (
        CallPiece("step_1", 1, "", "call_1", "f"),
        CallPiece("step_1", 1, '{"a"'),
    )


def test_an_event_of_a_later_kind_is_read_as_far_as_it_can_be() -> None:
    """By what it carries; one that carries nothing known keeps its JSON."""
    run = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "status": "paused"}
    told = event("thread.run.paused", run)
    assert told.run is not None and told.run.status == "paused"
    assert event("thread.mood", {"object": "mood", "is": "good"}).native == {"object": "mood", "is": "good"}
    assert event("thread.number", 7).native == 7
    assert [
        event("error", data).problem for data in ({"error": {"message": "m"}}, {"message": "n"}, "o")
    ] == [
        "m",
        "n",
        "o",
    ]
