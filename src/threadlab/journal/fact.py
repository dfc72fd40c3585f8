"""Facts: what a user run's log says, one small class each. The log's lines are these, in order.

    Received                       an input was accepted; on disk before its id is given to anybody
    Planned, Queued, Began         what will be reused and executed; why it waits; who works on it now
    CommandStarted, CommandEnded   the queue, one command after another
    CallStarted                    an agent is about to be asked: with exactly what
    CallTied                       the service made a run of it
    Observed                       an event of following that run, as following told it
    CallEnded                      the agent's answer, and what it cost
    UnitStarted, UnitEnded         any other unit of work: a node of a flow
    Interrupted, Answered          a pause, and the answer that ended it
    TicketIssued                   a tool will answer later
    SummaryWritten                 an agent summed up an earlier user run for the context: what that cost
    ArtifactKept, ScratchSet, Promoted, Logged
    Ended                          the one final status

A unit of work has a `path`: "2" is the agent call of the second command, "2.get_weather.1" the first call of
that tool in it; a component's is its dot path, "agent.flow.node". What was reused from another user run is
told by the same facts, with `reused` naming where they were recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.journal.observing import RunEvent
from threadlab.journal.values import Command, Config, ContextPart, InterruptKind, Trigger, Verb
from threadlab.objects.fault import Fault
from threadlab.objects.usage import Usage

SCHEMA = 1
"""The version of the log's lines, the first so far. A reader refuses newer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened in a user run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Fact):
    """An input was accepted. The first fact of every log.

    `parent` is the user run before it in the tree (None at the root) as it was then: one that had to wait
    begins below another, see `Began`. `base` is the one that it reruns, edits, retries or replays. `body`
    names what it executes: "turn", or a component. `reuse` and `changes` are those of `start`. `input` is the
    literal input, `commands` what it was parsed into, `inputs` those of a component.
    """

    user_run: str
    trigger: Trigger
    branch: str
    config: Config
    input: str
    commands: tuple[Command, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    base: str | None = None
    verb: Verb = "turn"
    body: str = "turn"
    reuse: str = "nothing"
    changes: Mapping[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Fact):
    """What was going to be reused and executed, as paths; `paid_again` cannot be reused at this service.

    `possible` are those that may be executed, as it turns out on the way.
    `tool_results` are those that were there for the executed calls; `leaving` the ids of the later user runs
    that the branch would no longer lead to.
    """

    reused: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    paid_again: tuple[str, ...] = ()
    tool_results: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    estimated_tokens: int = 0

    @property
    def words(self) -> str:
        """What was planned, on one line."""
        told = {"reuse": self.reused, "execute": self.executed, "perhaps": self.possible}
        told |= {"paid again:": self.paid_again}
        words = [f"{verb} {', '.join(paths)}" for verb, paths in told.items() if paths]
        words += [f"about {self.estimated_tokens} tokens"] if self.estimated_tokens else []
        return "; ".join(words) or "nothing"

    def __str__(self) -> str:
        return f"planned: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Fact):
    """It waits, and this is why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Began(Fact):
    """A process took it up: for the first time, or again after the one before had died (`resumed`).

    Only now its place in the tree is sure: `parent` is the head of its branch once all before it were over.
    """

    process: int
    parent: str | None = None
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStarted(Fact):
    """A command left the queue; `position` counts from 1."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEnded(Fact):
    """A command is done, or failed."""

    position: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(Fact):
    """An agent is about to be asked: an agent call. `request` is the hash of all that it is given."""

    path: str
    agent: str
    prompt: str
    request: str
    context: tuple[ContextPart, ...] = ()
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTied(Fact):
    """The service made a run of the call, on this thread; `message_id` holds the prompt."""

    path: str
    thread_id: str
    message_id: str
    run_id: str
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Fact):
    """An event of following the run at `path`. `reused` names the user run whose tool result it is."""

    path: str
    event: RunEvent
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Fact):
    """An agent call is over. `usage` is estimated where the service told none; `seconds` are its own."""

    path: str
    status: str
    output: str
    usage: Usage
    seconds: float
    error: Fault | None = None
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStarted(Fact):
    """A unit of work that is no agent call begins: a node. `request` is the hash of all that it is given."""

    path: str
    request: str
    kind: str = "node"
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEnded(Fact):
    """A unit of work is over; `result` is what a later user run takes when it reuses it (JSON)."""

    path: str
    status: str
    result: Any = None
    seconds: float = 0.0
    error: Fault | None = None
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted(Fact):
    """It pauses until somebody answers. `id` is unique in the user run, a path; times are Unix seconds."""

    id: str
    kind: InterruptKind
    question: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    deadline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Fact):
    """The answer to an interrupt: a person's, a policy's, or the deadline's."""

    id: str
    answer: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketIssued(Fact):
    """A tool will answer later, under this ticket."""

    ticket: str
    path: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryWritten(Fact):
    """A model was asked for the summary of an earlier user run, for this one's context; this one pays."""

    user_run: str
    usage: Usage
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactKept(Fact):
    """A file was kept under its hash in the run directory."""

    name: str
    sha256: str
    size: int
    media_type: str = "application/octet-stream"
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScratchSet(Fact):
    """A value was set in this user run's own state, which no other sees."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted(Fact):
    """A value of it was promoted: later user runs below this one see it."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged(Fact):
    """A line of log, written by a tool, a component or the kit."""

    level: str
    text: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Fact):
    """The user run is over: the last fact of its log. `decisions` are its key actions, a few short lines."""

    status: str
    output: str
    error: Fault | None = None
    reason: str = ""
    decisions: tuple[str, ...] = ()


AnyFact = (
    Received | Planned | Queued | Began | CommandStarted | CommandEnded
    | CallStarted | CallTied | Observed | CallEnded | UnitStarted | UnitEnded
    | Interrupted | Answered | TicketIssued | SummaryWritten
    | ArtifactKept | ScratchSet | Promoted | Logged | Ended
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log: a fact, its number from 1 without a gap, its time (Unix seconds, the service's)."""

    seq: int
    at: float
    fact: AnyFact
