"""threadlab: the SDK's own client of a durable lab, in this process, at pace 0."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.contestants.sdk_run import new_agent, one_tool_run
from benchmarks.contestants.stopwatch import Stopwatch
from benchmarks.contestants.task import ARGUMENTS, REPLY, TOOL_NAME, expect
from threadlab import connect
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Completer, Request
from threadlab.backend.local import Backend
from threadlab.connect.in_process import InProcessTransport
from threadlab.connect.targets import Local
from threadlab.connect.wire_log import WireLog


class ThreadlabRun:
    """`completer` is the model's stand-in, None for threadlab's own; `reply` what it must say in the end."""

    def __init__(self, folder: Path, completer: Completer | None = None, reply: str | None = None) -> None:
        self._watch = Stopwatch()
        self._watch.watch(Backend, "handle", "backend")
        self._watch.watch(InProcessTransport, "send", "door")
        self._watch.watch(WireLog, "on_request", "wire log")
        self._watch.watch(WireLog, "on_response", "wire log")
        self._lab = connect(target=Local(store=folder / "store.sqlite", pace=0), completer=completer)
        self._agent_id = new_agent(self._lab.sdk)
        self._reply = reply

    @property
    def layers(self) -> Mapping[str, float]:
        """The backend's handlers, the door around them, and the wire log."""
        seconds = self._watch.seconds
        return {**seconds, "door": seconds["door"] - seconds["backend"]}

    def run(self) -> str:
        """The eight requests."""
        said = one_tool_run(self._lab.sdk, self._agent_id)
        if self._reply is not None:
            expect(said, self._reply)
        return said

    def close(self) -> None:
        """Close the lab."""
        self._lab.close()


def with_script(folder: Path) -> ThreadlabRun:
    """With a model that says what the task wants, so that only threadlab is measured."""
    return ThreadlabRun(folder, FromFunction(_answer), REPLY)


def with_rules(folder: Path) -> ThreadlabRun:
    """With the stand-in that a learner gets: it reads the question, picks the tool, writes an answer."""
    return ThreadlabRun(folder)


def _answer(request: Request) -> str | Call:
    return REPLY if request.rounds else Call(TOOL_NAME, ARGUMENTS)
