"""A service made of a script: the loop's edge cases, on a clock that only waiting moves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from threadlab.errors import Refused, Unavailable
from threadlab.objects.event import Event, ToolFinished, ToolStarted
from threadlab.objects.fault import Fault
from threadlab.objects.message import Message, Part
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.time import Time
from threadlab.objects.tool_call import Answers, ToolCall, ToolOutput
from threadlab.objects.usage import Usage
from threadlab.objects.wire_entry import WireEntry

Leg = Sequence[tuple[float, str]]
PLAIN: Leg = [(0.3, "queued"), (1.2, "in_progress"), (0, "completed")]
ASKING: Leg = [(0.3, "queued"), (0.7, "in_progress"), (0, "requires_action")]
START = 1_000_000.0


class Clock:
    """Time that passes only while someone waits for it."""

    def __init__(self) -> None:
        self.seconds = START

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.seconds += seconds


@dataclass
class ScriptedHome:
    """Runs through the legs: each a list of (seconds, status), whose last status stays.

    A submission starts the next leg. `failures` holds, for each verb, errors to raise first. `jumps` are
    statuses that replace the script's from a time on, as when someone else cancels.
    """

    legs: Sequence[Leg]
    calls: int = 2
    place: str = "a test, in this process"
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    jumps: list[tuple[float, str]] = field(default_factory=list)
    lost_replies: int = 0
    time: Clock = field(default_factory=Clock)
    asked: list[str] = field(default_factory=list)
    stepping: None = None
    submitted: list[tuple[ToolOutput, ...]] = field(default_factory=list)
    leg: int = 0
    leg_began: float = START

    @property
    def run(self) -> Run:
        """The run as its creation returned it."""
        return self._run("queued")

    def read_run(self, run: Run) -> Run:
        self._ask("read_run")
        return self._run(self.status())

    def read_steps(self, run: Run) -> tuple[RunStep, ...]:
        self._ask("read_steps")
        return tuple(self._step(leg) for leg in range(self.leg + 1))

    def read_messages(self, run: Run) -> tuple[Message, ...]:
        self._ask("read_messages")
        if self.status() not in ("completed", "incomplete"):
            return ()
        text = Part("text", "Done.")
        return (Message(id="msg_1", thread_id="thread_1", role="assistant", content=(text,), run_id="run_1"),)

    def read_image(self, file_id: str) -> None:
        raise AssertionError("no answer has a picture")

    def answer_run(self, run: Run, answers: Answers) -> Run:
        self._ask("answer_run")
        if self.status() != "requires_action":
            raise Refused(f'Runs in status "{self.status()}" do not accept tool outputs.', status=400)
        self.submitted.append(tuple(answer for answer in answers if isinstance(answer, ToolOutput)))
        self.leg += 1
        self.leg_began = self.time.now()
        if self.lost_replies:
            self.lost_replies -= 1
            raise Unavailable("the connection broke before an answer came")
        return self._run(self.status())

    def cancel_run(self, run: Run) -> Run:
        raise AssertionError("following never cancels")

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        return tuple(
            ModelNote(leg + 1, "rule-based stand-in", "echo", "it was asked") for leg in range(self.leg + 1)
        )

    def requests(self, run: Run) -> tuple[WireEntry, ...]:
        return tuple(
            WireEntry(number=number, method="GET", path=f"/{verb}", status=200)
            for number, verb in enumerate(self.asked, 1)
        )

    def status(self) -> str:
        """The status at this instant."""
        for at, status in reversed(self.jumps):
            if self.time.now() - START >= at:
                return status
        left = self.time.now() - self.leg_began
        for seconds, status in self.legs[self.leg]:
            left -= seconds
            if left < 0:
                return status
        return self.legs[self.leg][-1][1]

    def _run(self, status: str) -> Run:
        waits = status == "requires_action"
        calls = tuple(_call(self.leg, number) for number in range(self.calls)) if waits else ()
        return Run(
            id="run_1",
            thread_id="thread_1",
            agent_id="asst_1",
            status=status,
            required_calls=calls,
            error=Fault("server_error", "it broke") if status == "failed" else None,
            incomplete_reason="max_completion_tokens" if status == "incomplete" else None,
            usage=Usage(10, 5, True) if status in STATUSES and STATUSES[status].is_terminal else None,
            home=self,
        )

    def _step(self, leg: int) -> RunStep:
        over = leg < self.leg or self.status() == "completed"
        asks = self.legs[leg][-1][1] == "requires_action"
        outputs = {given.tool_call_id: given.output for round_ in self.submitted for given in round_}
        calls = tuple(_call(leg, number, outputs) for number in range(self.calls)) if asks else ()
        return RunStep(
            id=f"step_{leg}",
            run_id="run_1",
            thread_id="thread_1",
            type="tool_calls" if asks else "message_creation",
            status="completed" if over else "in_progress",
            message_id=None if asks else "msg_1",
            tool_calls=calls,
        )

    def _ask(self, verb: str) -> None:
        self.asked.append(verb)
        if waiting := self.failures.get(verb):
            raise waiting.pop(0)


def _call(leg: int, number: int, outputs: dict[str, str] | None = None) -> ToolCall:
    call_id = f"call_{leg}_{number}"
    return ToolCall(id=call_id, name="add", arguments='{"a": 1, "b": 2}', output=(outputs or {}).get(call_id))


class ScriptedTools:
    """Answers calls when drawn from for the `after`-th time, and remembers what was asked of it."""

    def __init__(self, after: int = 1) -> None:
        self.after = after
        self.rounds: list[ScriptedRound] = []

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ScriptedRound:
        self.rounds.append(ScriptedRound(calls, time, self.after))
        return self.rounds[-1]


class ScriptedRound:
    """A round that starts all its calls at once and finishes them together."""

    def __init__(self, calls: Sequence[ToolCall], time: Time, after: int) -> None:
        self.calls = calls
        self.time = time
        self.left = after
        self.outputs: tuple[ToolOutput, ...] | None = None
        self.abandoned = False
        self.started = False

    def events(self) -> Iterator[Event]:
        self.left -= 1
        if not self.started:
            self.started = True
            for call in self.calls:
                yield ToolStarted(at=self.time.now(), call=call)
        if self.left <= 0 and self.outputs is None:
            self.outputs = tuple(ToolOutput(call.id, "3") for call in self.calls)
            for call, output in zip(self.calls, self.outputs, strict=True):
                yield ToolFinished(at=self.time.now(), call=call, output=output, ok=True, seconds=0.1)

    def changed(self) -> Future[Any]:
        return Future()

    def abandon(self) -> None:
        self.abandoned = True


@pytest.fixture(scope="session")
def scripted_home() -> type[ScriptedHome]:
    """The scripted service."""
    return ScriptedHome


@pytest.fixture(scope="session")
def scripted_tools() -> type[ScriptedTools]:
    """Tools that answer after a while."""
    return ScriptedTools
