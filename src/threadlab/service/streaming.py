"""Streams of the classic service: the SDK opens them, their bytes are read here.

The SDK's own handlers rebuild each event from the fields that they know and drop the others, and block
until an event is whole. So its request is used and its parser is not: the bytes are taken from a handler of
the kind that the SDK lets its users write.

The protocol has no way to join a stream that somebody else, or a broken connection, left behind. The local
backend has one, `GET …/events`, and counts a run's events, so that a reader can say how many it has. A
service without it says so with NotInThisService, and its runs are polled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from azure.ai.agents import AgentsClient
from azure.ai.agents.models import BaseAgentEventHandler
from azure.ai.agents.models import ToolOutput as SdkToolOutput
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest

from threadlab.errors import NotInThisService, Unavailable
from threadlab.objects.event import Wait
from threadlab.objects.run import Run, RunHome
from threadlab.objects.stream_event import StreamEvent
from threadlab.objects.tool_call import Answers
from threadlab.service.approvals import approvals_body, approvals_in, outputs_in
from threadlab.service.event_reader import EventReader
from threadlab.service.failures import telling

UNCOUNTED = frozenset({"thread.created", "error", "done"})
"""Events that are about the stream or the thread, and no part of a run's own sequence."""
NO_SUCH_ROUTE = frozenset({400, 404, 405})


class Bytes(BaseAgentEventHandler[Any]):
    """An event handler that leaves the SDK's bytes as they are."""

    @property
    def pieces(self) -> Iterator[bytes]:
        """The response's bytes as they come."""
        return iter(self.response_iterator or ())


class ClassicStreams:
    """Opens the streams of `client`; runs that are read from them are tied to `home`.

    `opened` is told of each run that was started as a stream.
    """

    def __init__(self, client: AgentsClient, home: RunHome, opened: Callable[[Run], object]) -> None:
        self._sdk = client
        self.home = home
        self._opened = opened

    def start(self, thread_id: str, agent_id: str, options: Mapping[str, Any]) -> ClassicRunStream:
        """Start a run and read its events. `options` as the SDK takes them."""
        handler = Bytes()
        with telling(f"start a run on thread {thread_id}", thread_id=thread_id):
            self._sdk.runs.stream(thread_id, agent_id=agent_id, event_handler=handler, **options)
        stream = ClassicRunStream(handler.pieces, self, thread_id)
        self._opened(stream.run)
        return stream

    def answer(
        self,
        thread_id: str,
        run_id: str,
        answers: Answers,
        run: Run | None = None,
        seen: int = 0,
    ) -> ClassicRunStream:
        """Submit tool outputs or approvals and read the events of the next leg; `run`, `seen` of the last."""
        handler, submit = Bytes(), self._sdk.runs.submit_tool_outputs_stream
        if approvals := approvals_in(answers):
            body = {**approvals_body(approvals), "stream": True}
            with telling(f"submit tool approvals to run {run_id}", run_id=run_id, thread_id=thread_id):
                submit(thread_id, run_id, body, event_handler=handler, stream=True)
            return ClassicRunStream(handler.pieces, self, thread_id, run, seen)
        outputs: Any = [
            SdkToolOutput(tool_call_id=each.tool_call_id, output=each.output) for each in outputs_in(answers)
        ]
        with telling(f"submit tool outputs to run {run_id}", run_id=run_id, thread_id=thread_id):
            submit(thread_id, run_id, tool_outputs=outputs, event_handler=handler)
        return ClassicRunStream(handler.pieces, self, thread_id, run, seen)

    def join(self, thread_id: str, run_id: str, after: int = 0, run: Run | None = None) -> ClassicRunStream:
        """Read the events of a run that is there already, behind the first `after` of them."""
        pieces = self._events(f"/threads/{thread_id}/runs/{run_id}/events", {"after": after} if after else {})
        return ClassicRunStream(pieces, self, thread_id, run, after)

    def thread(self, thread_id: str, after: str, stay: bool) -> Iterator[StreamEvent]:
        """Read the events of all runs of a thread."""
        query = {"after": after} if after else {}
        pieces = self._events(f"/threads/{thread_id}/events", query | ({"stay": "true"} if stay else {}))
        reader = EventReader(pieces, self.home, f"read the stream of thread {thread_id}")
        try:
            while (event := reader.next_event(self.home.time)) is not None:
                yield event
        finally:
            reader.close()

    def _events(self, path: str, query: Mapping[str, Any]) -> Iterator[bytes]:
        url = f"{path}?{urlencode(query)}" if query else path
        with telling(f"join the stream at {path}"):
            response = self._sdk.send_request(HttpRequest("GET", url), stream=True)
            if response.status_code == 200:
                return response.iter_bytes()
            response.read()
            if response.status_code not in NO_SUCH_ROUTE:
                raise HttpResponseError(response=cast(Any, response))
            raise NotInThisService(
                f"this service cannot join the stream at {path} (HTTP {response.status_code})",
                hint="start the run as a stream, lab.runs.stream(...), or poll it: follow(run)",
            )


class ClassicRunStream:
    """A `RunStream` over `pieces`. Without `run`, the first event must tell which run it is."""

    def __init__(
        self,
        pieces: Iterator[bytes],
        streams: ClassicStreams,
        thread_id: str,
        run: Run | None = None,
        seen: int = 0,
    ) -> None:
        self._streams = streams
        self._reader = EventReader(pieces, streams.home, f"read the stream of a run on thread {thread_id}")
        self.seen = seen
        self.run = run or self._learn()

    @property
    def blocks(self) -> bool:
        """Whether `step` keeps its caller waiting."""
        return self._reader.blocks

    def step(self) -> StreamEvent | Wait | None:
        """The next event, or how long there will be none; None at the end."""
        step = self._reader.step()
        if isinstance(step, StreamEvent):
            self._count(step)
        return step

    def answer(self, answers: Answers) -> ClassicRunStream:
        """Submit the outputs or approvals that the run waits for; the stream of its next leg."""
        return self._streams.answer(self.run.thread_id, self.run.id, answers, self.run, self.seen)

    def rejoin(self) -> ClassicRunStream:
        """A new stream of the same run that goes on behind what this one has read."""
        return self._streams.join(self.run.thread_id, self.run.id, self.seen, self.run)

    def close(self) -> None:
        """Stop reading; the run goes on."""
        self._reader.close()

    def __iter__(self) -> Iterator[StreamEvent]:
        try:
            while (event := self._reader.next_event(self._streams.home.time)) is not None:
                self._count(event)
                yield event
        finally:
            self.close()

    def __enter__(self) -> ClassicRunStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _count(self, event: StreamEvent) -> None:
        self.seen += event.kind not in UNCOUNTED
        self.run = event.run or self.run

    def _learn(self) -> Run:
        """The run that the first events tell of; they stay to be read."""
        read: list[StreamEvent] = []
        while (event := self._reader.next_event(self._streams.home.time)) is not None:
            read.append(event)
            if event.run is not None:
                self._reader.give_back(read)
                return event.run
        self.close()
        told = "; ".join(event.problem for event in read if event.problem) or "nothing"
        raise Unavailable(
            f"could not tell which run a stream is of: it said {told}",
            hint="look at the thread's runs before another one is started",
        )
