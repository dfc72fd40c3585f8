"""Following a stream: the events that polls would tell, the growing text besides, and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadlab.backend.completer.port import Call, ModelError, Text
from threadlab.backend.completer.scripted import Scripted
from threadlab.backend.wire.http import ConnectionDropped, Request, Response, WaitUntil
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import DeadlinePassed, NobodyAnswers, NotInThisService, Refused, Unavailable
from threadlab.following.follow import follow, follow_async
from threadlab.following.polling import Polling
from threadlab.following.run_view import RunView, advance
from threadlab.following.wait import collect
from threadlab.objects.event import (
    ArgumentsArrived,
    Ended,
    Event,
    MessageArrived,
    OutputsSubmitted,
    Polled,
    Retrying,
    StatusChanged,
    StepChanged,
    TextArrived,
    ToolFinished,
    ToolStarted,
)
from threadlab.objects.run_stream import RunStream
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


BOX = Toolbox(add)
ASKING = [Call("add", '{"a": 2, "b": 3}'), Call("add", '{"a": 40, "b": 2}')]
SAID = "Fünf und zweiundvierzig, so sagt es der Taschenrechner heute"
ANSWER = [Text(f"{word} ") for word in SAID.split()]
SCRIPTS: dict[str, list[Any]] = {
    "a plain answer": [ANSWER],
    "one tool round": [ASKING, ANSWER],
    "two tool rounds": [ASKING, ASKING[:1], ANSWER],
    "text before the calls": [[*ANSWER[:4], *ASKING], ANSWER],
}
FAILING = [ASKING, ModelError("no capacity", "rate_limit_exceeded")]
OFTEN = Polling(stride=0.05, share=0.0, jitter=0.0)


def lab_with(*script: Any) -> Lab:
    """A lab whose model says these things."""
    return connect(target=Local(seed=7, pace=0), completer=Scripted(script))


def ids(lab: Lab) -> tuple[str, str]:
    """A thread with a question, and an agent with a tool."""
    agent = lab.create_agent(tools=BOX.definitions)
    thread = lab.threads.create(messages=[{"role": "user", "content": "Add, please."}])
    return thread.id, agent.id


def told(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """What events tell, without their times and what only one of the two sources has."""
    return [_told(event) for event in events if not isinstance(event, _OF_ONE_SOURCE)]


_OF_ONE_SOURCE = (Polled, Retrying, TextArrived, ArgumentsArrived)


def _told(event: Event) -> tuple[Any, ...]:
    match event:
        case StatusChanged():
            return "status", event.before, event.run.status, event.run.required_calls, event.run.usage
        case StepChanged(step=step):
            before = event.before and event.before.status
            return (
                "step",
                before,
                step.id,
                step.type,
                step.status,
                step.tool_calls,
                step.usage,
                step.message_id,
            )
        case MessageArrived(message=message):
            return "message", message.id, message.role, message.content, message.run_id
        case OutputsSubmitted():
            return "submitted", event.run.status, event.outputs
        case ToolStarted() | ToolFinished():
            return type(event).__name__, event.call
        case Ended():
            return "ended", event.run.status, event.run.usage, event.run.error
    return (type(event).__name__,)


def texts(events: Sequence[Event]) -> dict[str, str]:
    """The texts that arrived, by message; each piece fits what was there before it."""
    found: dict[str, str] = {}
    for event in events:
        if isinstance(event, TextArrived):
            found[event.message_id] = found.get(event.message_id, "") + event.text
            assert found[event.message_id] == event.so_far
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_stream_tells_what_polls_tell_in_the_same_order(script: str) -> None:
    """Statuses, steps, reasons, tools, messages and the end; and each text as it grows."""
    with lab_with(*SCRIPTS[script]) as lab:
        polled = list(follow(lab.runs.create(*ids(lab)), tools=BOX, polling=OFTEN))
    with lab_with(*SCRIPTS[script]) as lab:
        streamed = list(follow(lab.runs.stream(*ids(lab)), tools=BOX))
        assert (
            len([entry for entry in lab.wire.entries if "/runs" in entry.path])
            == len([event for event in streamed if isinstance(event, OutputsSubmitted)]) + 1
        )
    assert told(streamed) == told(polled)
    assert not [event for event in streamed if isinstance(event, Polled)]
    assert texts(streamed) == {
        event.message.id: event.message.text for event in polled if isinstance(event, MessageArrived)
    }


def test_arguments_arrive_before_the_calls_are_requested() -> None:
    """Piece by piece; what has arrived at the end is what is asked for."""
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        events = list(follow(lab.runs.stream(*ids(lab)), tools=BOX))
    arrived = {event.call.id: event.call for event in events if isinstance(event, ArgumentsArrived)}
    asked = next(e.run for e in events if isinstance(e, StatusChanged) and e.run.status == "requires_action")
    assert [(call.name, call.arguments) for call in arrived.values()] == [
        (call.name, call.arguments) for call in asked.required_calls
    ]
    assert set(arrived) == {call.id for call in asked.required_calls}


class Cutting:
    """Stands before a lab's backend and cuts streams: each after `after` blocks, in the middle of the next.

    Only `times` of them; with `no_rejoin` the backend has no route to join one again, as on Azure.
    """

    def __init__(self, lab: Lab, after: int, times: int = 1, *, no_rejoin: bool = False) -> None:
        self.backend: Any = lab._door._backend  # type: ignore[attr-defined]
        self.handle: Callable[[Request], Response] = self.backend.handle
        self.after, self.times, self.no_rejoin = after, times, no_rejoin
        self.backend.handle = self.answer

    def answer(self, request: Request) -> Response:
        """What the backend answers, cut."""
        if self.no_rejoin and request.path.endswith("/events"):
            return Response(404, b'{"error": {"message": "no such route", "code": "404"}}')
        response = self.handle(request)
        if isinstance(response.body, bytes) or not self.times:
            return response
        self.times -= 1
        return Response(response.status, _Cut(response.body, self.after), response.headers)


class _Cut(Iterator[bytes | WaitUntil]):
    def __init__(self, pieces: Iterator[bytes | WaitUntil], left: int) -> None:
        self.pieces, self.left = pieces, left

    def __next__(self) -> bytes | WaitUntil:
        if self.left < 0:
            raise ConnectionDropped
        piece = next(self.pieces)
        if isinstance(piece, WaitUntil):
            return piece
        self.left -= 1
        return piece if self.left >= 0 else piece[: len(piece) // 2]


def test_a_stream_that_drops_anywhere_is_joined_again_without_loss_or_repetition() -> None:
    """Cut in the middle of each of its events, once."""
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        whole = list(follow(lab.runs.stream(*ids(lab)), tools=BOX))
    for cut in range(1, 14):
        with lab_with(*SCRIPTS["one tool round"]) as lab:
            thread, agent = ids(lab)
            Cutting(lab, cut)
            events = list(follow(lab.runs.stream(thread, agent), tools=BOX))
        assert told(events) == told(whole), f"cut in event {cut + 1}"
        assert texts(events) == texts(whole)
        assert [type(e) for e in events if isinstance(e, Retrying)] in ([], [Retrying])


@settings(max_examples=8, deadline=None)
@given(after=st.integers(1, 4), times=st.integers(1, 9), script=st.sampled_from(sorted(SCRIPTS)))
def test_a_stream_that_drops_again_and_again_is_followed_to_its_end(
    after: int, times: int, script: str
) -> None:
    """As long as each stream brings something, following goes on."""
    with lab_with(*SCRIPTS[script]) as lab:
        whole = list(follow(lab.runs.stream(*ids(lab)), tools=BOX))
    with lab_with(*SCRIPTS[script]) as lab:
        thread, agent = ids(lab)
        Cutting(lab, after, times)
        events = list(follow(lab.runs.stream(thread, agent), tools=BOX))
    assert told(events) == told(whole)
    assert texts(events) == texts(whole)


@pytest.mark.parametrize("cut", [1, 5, 9])
def test_where_a_stream_cannot_be_joined_again_the_run_is_polled_to_its_end(cut: int) -> None:
    """As on Azure: the text no longer grows, and everything else is told."""
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        whole = list(follow(lab.runs.stream(*ids(lab)), tools=BOX))
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        thread, agent = ids(lab)
        Cutting(lab, cut, no_rejoin=True)
        events = list(follow(lab.runs.stream(thread, agent), tools=BOX, polling=OFTEN))
    assert told(events)[-2:] == told(whole)[-2:]
    assert {one for one in map(str, told(whole)) if "requires_action" in one or "ended" in one} <= set(
        map(str, told(events))
    )
    assert any(isinstance(event, Polled) for event in events)


def test_a_stream_that_brings_nothing_is_given_up_after_some_attempts() -> None:
    """The service's problem is raised; the run goes on."""
    with lab_with(ANSWER) as lab:
        stream = lab.runs.stream(*ids(lab))
        Cutting(lab, -1, 99)
        stream.close()
        broken = lab.runs.events(stream.run.thread_id, stream.run.id, after=1)
        with pytest.raises(Unavailable, match="closed in the midst"):
            list(follow(broken))
        assert lab.runs.get(stream.run.thread_id, stream.run.id).status == "completed"


def test_a_run_can_be_joined_late_and_replays_once_it_is_over() -> None:
    """`runs.events` needs no stream at the start; the story is the same each time."""
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        run = lab.runs.create(*ids(lab))
        first = list(follow(lab.runs.events(run.thread_id, run.id), tools=BOX))
        again = list(lab.runs.events(run.thread_id, run.id))
    assert told(first)[-1][1] == "completed"
    assert [event.kind for event in again][-2:] == ["thread.run.completed", "done"]
    assert "".join(event.text for event in again) == "".join(texts(first).values())


def test_a_model_that_fails_is_told_with_the_status_that_polls_miss() -> None:
    """It is in progress for no time at all: only the stream tells of that."""
    with lab_with(*FAILING) as lab:
        polled = told(list(follow(lab.runs.create(*ids(lab)), tools=BOX, polling=OFTEN)))
    with lab_with(*FAILING) as lab:
        streamed = told(list(follow(lab.runs.stream(*ids(lab)), tools=BOX)))
    assert streamed[-1] == polled[-1]
    assert streamed[-1][1] == "failed"
    missed = {(one[1], one[2]) for one in streamed if one[0] == "status"} - {
        (one[1], one[2]) for one in polled if one[0] == "status"
    }
    assert ("in_progress", "failed") in missed


def statuses(events: Sequence[Event]) -> list[str]:
    """The statuses in the order in which they were told."""
    return [event.run.status for event in events if isinstance(event, StatusChanged)]


def test_a_cancel_during_a_stream_is_seen_to_its_end() -> None:
    """Somebody cancels at the first piece of text; what was written until then is kept."""
    events: list[Event] = []
    with lab_with(ANSWER) as lab:
        stream = lab.runs.stream(*ids(lab))
        for event in follow(stream):
            if isinstance(event, TextArrived) and not any(isinstance(one, TextArrived) for one in events):
                stream.run.cancel()
            events.append(event)
        assert statuses(events) == ["queued", "in_progress", "cancelling", "cancelled"]
        (kept,) = stream.run.messages()
    assert texts(events) == {kept.id: kept.text}
    assert SAID.startswith(kept.text.strip()) and kept.text.strip() != SAID


def test_a_cancel_while_tools_work_is_seen_although_there_is_no_stream_then() -> None:
    """The run is polled while tools work, and the outputs are not submitted."""
    events: list[Event] = []
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        stream = lab.runs.stream(*ids(lab))
        for event in follow(stream, tools=BOX):
            events.append(event)
            if isinstance(event, ToolStarted) and stream.run.read().status == "requires_action":
                stream.run.cancel()
    assert statuses(events)[-1] == "cancelled"
    assert not any(isinstance(event, OutputsSubmitted) for event in events)


def test_an_expiry_during_a_stream_is_its_end() -> None:
    """Nobody answers in time: the run expires while its tools work, and the end is told."""
    slow = Toolbox(add, approve=True)
    events: list[Event] = []
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        for event in follow(
            lab.runs.stream(*ids(lab)), tools=slow, deadline=None, polling=Polling(while_tools=0)
        ):
            events.append(event)
            if isinstance(event, Polled):
                lab.time.sleep(300)
    assert statuses(events)[-1] == "expired"
    assert isinstance(events[-1], Ended)


def test_the_first_text_is_there_before_the_run_is_over() -> None:
    """A stream is live: the service itself says that the run goes on."""
    with lab_with(ANSWER) as lab:
        stream = lab.runs.stream(*ids(lab))
        for event in follow(stream):
            if isinstance(event, TextArrived):
                assert stream.run.read().status == "in_progress"
                assert event.so_far != SAID
                break
        else:
            raise AssertionError("no text arrived")


def test_leaving_a_stream_leaves_the_run_alone_and_holds_nothing_up() -> None:
    """The abandoned run completes, the thread takes messages again, and the stream is closed."""
    with lab_with(ANSWER, ANSWER) as lab:
        thread, agent = ids(lab)
        stream = lab.runs.stream(thread, agent)
        for event in follow(stream):
            if isinstance(event, TextArrived):
                break
        run = collect(stream.run).run
        assert run.status == "completed"
        lab.messages.create(thread, content="And now?")
        assert collect(lab.runs.stream(thread, agent)).run.status == "completed"


def test_a_deadline_ends_following_a_stream_and_not_the_run() -> None:
    """Seconds are the service's, as with polls."""
    with lab_with(ANSWER) as lab:
        stream = lab.runs.stream(*ids(lab))
        with pytest.raises(DeadlinePassed):
            list(follow(stream, deadline=1.0))
        assert collect(stream.run).run.status == "completed"


def test_without_tools_the_calls_are_told_before_the_error() -> None:
    """The same error as with polls."""
    with lab_with(*SCRIPTS["one tool round"]) as lab, pytest.raises(NobodyAnswers, match="add, add"):
        list(follow(lab.runs.stream(*ids(lab))))


def test_an_error_event_in_a_stream_is_told_and_the_run_followed_on() -> None:
    """The service says that something went wrong with the stream; the run may be well."""
    with lab_with(ANSWER) as lab:
        thread, agent = ids(lab)
        whole_lab = Cutting(lab, 5)
        whole_lab.backend.handle = _with_an_error_event(whole_lab)
        events = list(follow(lab.runs.stream(thread, agent)))
    (retrying,) = [event for event in events if isinstance(event, Retrying)]
    assert "no more capacity" in retrying.problem
    assert statuses(events) == ["queued", "in_progress", "completed"]
    assert [text.strip() for text in texts(events).values()] == [SAID]


def _with_an_error_event(cutting: Cutting) -> Callable[[Request], Response]:
    error = b'event: error\ndata: {"error": {"message": "no more capacity", "code": "server_error"}}\n\n'

    def answer(request: Request) -> Response:
        response = cutting.handle(request)
        if isinstance(response.body, bytes) or not cutting.times:
            return response
        cutting.times -= 1
        pieces = response.body

        def body() -> Iterator[bytes | WaitUntil]:
            for _ in range(cutting.after):
                yield next(pieces)
            yield error
            yield b"event: done\ndata: [DONE]\n\n"

        return Response(200, body(), response.headers)

    return answer


def test_a_refused_stream_is_an_ordinary_error() -> None:
    """One run at a time: the second stream never begins."""
    with lab_with(ANSWER) as lab:
        thread, agent = ids(lab)
        lab.runs.create(thread, agent)
        with pytest.raises(Refused, match="already has an active run"):
            lab.runs.stream(thread, agent)


def test_a_service_without_the_route_says_what_to_do_instead() -> None:
    """Joining is the local backend's own."""
    with lab_with(ANSWER) as lab:
        run = lab.runs.create(*ids(lab))
        Cutting(lab, 9, no_rejoin=True)
        with pytest.raises(NotInThisService, match="cannot join") as caught:
            lab.runs.events(run.thread_id, run.id)
        assert "lab.runs.stream" in caught.value.hint


async def test_a_stream_leaves_the_event_loop_free_and_keeps_the_pace() -> None:
    """Its waits are awaited: others get their turn between its events, and nothing sleeps the thread."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    with lab_with(*SCRIPTS["one tool round"]) as lab:
        whole = list(follow(lab.runs.stream(*ids(lab)), tools=BOX))
    with lab_with(*SCRIPTS["one tool round"]) as lab:
        lab.time.sleep = _never  # type: ignore[method-assign]
        task = asyncio.create_task(others())
        began = lab.time.now()
        events = [event async for event in follow_async(lab.runs.stream(*ids(lab)), tools=BOX)]
        task.cancel()
        assert told(events) == told(whole)
        assert events[-1].at - began == pytest.approx(whole[-1].at - whole[0].at, abs=0.5)
    assert turns > 5


def _never(seconds: float) -> None:
    raise AssertionError("the event loop was kept waiting")


async def test_two_streams_on_one_event_loop_share_its_time() -> None:
    """Both runs are told whole, each in its own order."""
    with lab_with(ANSWER, ANSWER) as lab:
        streams: list[RunStream] = [lab.runs.stream(*ids(lab)) for _ in range(2)]

        async def ended(stream: RunStream) -> list[str]:
            return statuses([event async for event in follow_async(stream)])

        both = await asyncio.gather(*map(ended, streams))
    assert both == [["queued", "in_progress", "completed"]] * 2


def test_a_view_shows_the_text_as_it_grows_and_no_longer_when_it_is_there() -> None:
    """The message takes the place of what was being written."""
    with lab_with(ANSWER) as lab:
        stream = lab.runs.stream(*ids(lab))
        view, grown = RunView(run=stream.run), []
        for event in follow(stream):
            view = advance(view, event)
            grown.append("".join(one.text for one in view.writing))
    assert len(set(grown)) > 3
    assert view.writing == ()
    assert [message.text.strip() for message in view.messages] == [SAID]
    assert view.pieces > 2 and view.polls == 0
