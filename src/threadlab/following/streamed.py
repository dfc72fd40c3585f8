"""Streamed: a source that reads the run's stream, and falls back on polls where there is none.

It tells what polls would tell, in the same order, and the growing text besides. A stream names a step's end
before the status that it leads to, a poll finds both at once; so the end of a step is told behind the run's
next status. A stream that breaks off is joined again behind the last event that was read. Where the service
has no way to do so, and while tools work, when there is no stream, the run is polled.
"""

from __future__ import annotations

from dataclasses import replace

from threadlab.errors import NotInThisService, Unavailable
from threadlab.following.patience import Asking
from threadlab.following.polls import Polls
from threadlab.following.writing import Writing
from threadlab.objects.event import Wait
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.run_stream import RunStream
from threadlab.objects.stream_event import StreamEvent
from threadlab.objects.tool_call import Answers, ToolCall


class Streamed:
    """Looks that come by themselves, from `stream`. `polls` are there for when it ends too early."""

    def __init__(self, stream: RunStream, polls: Polls) -> None:
        self.stream: RunStream | None = stream
        self.polls = polls
        self.sight, self.patience, self.time = polls.sight, polls.patience, polls.time
        self.is_whole = stream.seen == 0
        self.is_behind = False
        self.failures = 0
        self.steps: dict[str, RunStep] = {}
        self.asked_for_text: set[str] = set()
        self.writing = Writing()
        self.written: dict[str, Message] = {}

    def first(self) -> Asking[Run]:
        """The first status that the stream tells."""
        return self.following()

    def following(self) -> Asking[Run]:
        """The next status that the stream tells, with what happens until then."""
        while (event := (yield from self._read())) is not None:
            yield from self._tell(event)
            if event.run is not None:
                return event.run
        return (yield from self.polls.following())

    def now(self) -> Asking[Run]:
        """A poll: a run that waits for its tools has no stream. What it finds, the stream may tell later."""
        run = yield from self.polls.now()
        self.is_behind = run.status != "requires_action"
        return run

    def submit(self, answers: Answers) -> Asking[Run]:
        """Answer the run's tool calls, and read the stream of the next leg to its first status."""
        if self.stream is None:
            return (yield from self.polls.submit(answers))
        before, self.stream = self.stream, self.stream.answer(answers)
        before.close()
        while (event := (yield from self._read())) is not None:
            if event.run is not None:
                return event.run
            yield from self._tell(event)
        return (yield from self.polls.now())

    def leg_begins(self) -> None:
        """Polls, if it comes to that, begin afresh."""
        self.polls.leg_begins()

    def messages(self, run: Run) -> Asking[tuple[Message, ...]]:
        """What the stream told of, or what is read where it did not tell everything."""
        if self.stream is None or not self.is_whole:
            return (yield from self.polls.messages(run))
        return tuple(message for message in self.written.values() if message.run_id == run.id)

    def close(self) -> None:
        """Stop reading; the run goes on."""
        if self.stream is not None:
            self.stream.close()

    def _read(self) -> Asking[StreamEvent | None]:
        """The next event, whatever it takes; None when there is no stream any more."""
        while self.stream is not None:
            try:
                step = self.stream.step()
            except Unavailable as problem:
                yield from self._rejoin(problem)
                continue
            if isinstance(step, Wait):
                yield from self.patience.pause(step.seconds)
            elif step is None:
                self.stream = None
            elif step.kind == "error":
                yield from self._rejoin(Unavailable(f"the stream told of an error: {step.problem}"))
            else:
                self.failures = 0
                self.patience.check()
                return step
        return None

    def _rejoin(self, problem: Unavailable) -> Asking[None]:
        """Wait, and join the stream behind what was read; without end only while that brings events."""
        while (stream := self.stream) is not None:
            self.failures += 1
            yield from self.patience.after_failure(problem, self.failures)
            stream.close()
            try:
                self.stream = stream.rejoin()
                return
            except Unavailable as another:
                problem = another
            except NotInThisService:
                self.stream = None

    def _tell(self, event: StreamEvent) -> Asking[None]:
        if event.run is not None:
            yield from self._status(event.run)
        elif event.step is not None:
            self.steps[event.step.id] = event.step
            if event.step.status == "in_progress":
                yield from self._read_what_was_found(self.sight.run)
                yield from self.sight.stepped(tuple(self.steps.values()), self.time.now())
        elif event.message is not None:
            self.written[event.message.id] = event.message
        yield from self.writing.grown(event.pieces, self.time.now())

    def _status(self, run: Run) -> Asking[None]:
        """The same order as that of a poll: the status, the model's reasons, the steps."""
        if self.is_behind and run.status != self.sight.status:
            return
        self.is_behind = False
        yield from self.sight.reported(run, self.time.now())
        if run.status == "queued":
            return
        if run.status == "requires_action":
            self.steps |= {step.id: _asking(step, run) for step in self.steps.values() if _is_open(step)}
        yield from self.sight.explained(run.service.notes(run), self.time.now())
        yield from self._read_what_was_found(run)
        yield from self.sight.stepped(tuple(self.steps.values()), self.time.now())

    def _read_what_was_found(self, run: Run) -> Asking[None]:
        """Of searches, a stream tells the text of results only where `include` asked: else read the steps."""
        bare = {step.id for step in self.steps.values() if _lacks_text(step)} - self.asked_for_text
        if bare:
            self.asked_for_text |= bare
            steps = yield from self.patience.ask(lambda: run.service.read_steps(run))
            self.steps |= {step.id: step for step in steps if step.id in bare}


def _lacks_text(step: RunStep) -> bool:
    return any(result.text is None for call in step.tool_calls for result in call.results)


def _is_open(step: RunStep) -> bool:
    return step.type == "tool_calls" and step.status == "in_progress"


def _asking(step: RunStep, run: Run) -> RunStep:
    """The step as it reads once its calls are waited for: the stream says that of the run alone."""
    return replace(step, tool_calls=tuple(_without_output(call) for call in run.required_calls))


def _without_output(call: ToolCall) -> ToolCall:
    if call.kind not in call.detail:
        return call
    return replace(call, detail={**call.detail, call.kind: {**call.detail[call.kind], "output": None}})
