"""A user run with everything in it, as facts: what tests of the journal write and read."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from threadlab.journal.fact import (
    Answered,
    AnyFact,
    Began,
    CallEnded,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Entry,
    Interrupted,
    Logged,
    Observed,
    Planned,
    Promoted,
    Queued,
    Received,
    ScratchSet,
    SummaryWritten,
    TicketIssued,
    UnitEnded,
    UnitStarted,
)
from threadlab.journal.observing import RunEvent
from threadlab.journal.run_directory import RunDirectory
from threadlab.journal.values import Command, Config, ContextPart, Trigger
from threadlab.journal.workspace import Workspace
from threadlab.objects.agent import Agent
from threadlab.objects.event import (
    ImageArrived,
    MessageArrived,
    ModelExplained,
    OutputsSubmitted,
    Retrying,
    StatusChanged,
    StepChanged,
    ToolCallsRequested,
    ToolFinished,
    ToolStarted,
)
from threadlab.objects.fault import Fault
from threadlab.objects.image import Image
from threadlab.objects.message import Message, Part
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.objects.usage import Usage

NOON = 1_700_000_000.0
CALL = ToolCall(id="call_1", name="get_weather", arguments='{"city":"Rome"}')
OUTPUT = ToolOutput("call_1", '{"sky":"blue"}')


def run(status: str = "in_progress", **more: object) -> Run:
    """The service's run of the story."""
    return Run(id="run_1", thread_id="thread_1", agent_id="asst_1", status=status, model="m", **more)  # type: ignore[arg-type]


def message(text: str = "The sky over Rome is blue.") -> Message:
    """The answer."""
    return Message(
        id="msg_2",
        thread_id="thread_1",
        role="assistant",
        content=(Part("text", text, {"annotations": []}),),
        run_id="run_1",
        agent_id="asst_1",
        created_at=int(NOON) + 5,
        native=object(),
    )


def received(id: str, text: str = "What is the weather in Rome?", **more: object) -> Received:
    """What begins a log."""
    given = {
        "user_run": id,
        "trigger": Trigger(type="user"),
        "branch": "main",
        "config": Config(
            place="in this process",
            protocol="classic",
            agents={"guide": Agent(id="asst_1", model="m", name="guide", tools=({"type": "function"},))},
            options={"temperature": 0.5},
            settings={"context": "all"},
        ),
        "input": text,
        "commands": (Command(text=text, agent="guide"),),
        **more,
    }
    return Received(**given)  # type: ignore[arg-type]


def events() -> Iterator[RunEvent]:
    """Each kind of event that is a fact."""
    yield StatusChanged(at=NOON + 1, run=run("queued", native=object()), before=None)
    asked = RunStep(
        id="step_1",
        run_id="run_1",
        thread_id="thread_1",
        type="tool_calls",
        status="in_progress",
        tool_calls=(CALL,),
        created_at=int(NOON) + 1,
    )
    yield StepChanged(at=NOON + 2, step=asked, before=None)
    yield ModelExplained(at=NOON + 2, note=ModelNote(1, "a stand-in", "weather", "a city was named"))
    yield ToolCallsRequested(at=NOON + 2, run=run("requires_action", required_calls=(CALL,)), calls=(CALL,))
    yield ToolStarted(at=NOON + 2.5, call=CALL)
    yield ToolFinished(at=NOON + 3, call=CALL, output=OUTPUT, ok=True, seconds=0.5)
    yield OutputsSubmitted(at=NOON + 3, run=run("queued"), outputs=(OUTPUT,))
    yield Retrying(at=NOON + 3, problem="too many requests", seconds=1.5)
    said = RunStep(
        id="step_2",
        run_id="run_1",
        thread_id="thread_1",
        type="message_creation",
        status="completed",
        message_id="msg_2",
        usage=Usage(20, 8),
        created_at=int(NOON) + 4,
        completed_at=int(NOON) + 5,
    )
    yield StepChanged(at=NOON + 5, step=said, before=None)
    yield StatusChanged(at=NOON + 5, run=run("completed", usage=Usage(20, 8)), before="in_progress")
    yield MessageArrived(at=NOON + 5, message=message())
    yield ImageArrived(at=NOON + 5, image=Image("file_1", "image/png", b"\x89PNG\r\n\x1a\n\x00\xff"))


def facts(path: str = "1") -> Iterator[tuple[float, AnyFact]]:
    """All that happens after the input was received, each with its time."""
    yield NOON, Planned(executed=(path,), estimated_tokens=12)
    yield NOON, Queued(reason="another user run is at work on main")
    yield NOON + 1, Began(process=4711, parent="turn-20231114-220000-0000")
    yield NOON + 1, CommandStarted(position=1)
    part = ContextPart(user_run="turn-20231114-220000-0000", use="summary", tokens=7, why="it is old")
    prompt = "What is the weather in Rome?"
    yield (
        NOON + 1,
        CallStarted(path=path, agent="guide", prompt=prompt, request="f" * 64, context=(part,)),
    )
    tied = CallTied(path=path, thread_id="thread_1", message_id="msg_1", run_id="run_1", lost=("times",))
    yield NOON + 1, tied
    for event in events():
        yield event.at, Observed(path=path, event=event)
    yield (
        NOON + 5,
        Logged(level="info", text="the tool looked out of the window", path=f"{path}.get_weather.1"),
    )
    answer = message().text
    yield NOON + 5, CallEnded(path=path, status="completed", output=answer, usage=Usage(20, 8), seconds=4.0)
    yield NOON + 5, UnitStarted(path="tour.plan.map", request="a" * 64)
    fault = Fault("no_map", "there is no map")
    yield NOON + 6, UnitEnded(path="tour.plan.map", status="failed", result=None, seconds=1.0, error=fault)
    yield NOON + 6, Interrupted(id="1/ok", kind="approval", question="Go on?", detail={"a": [1, None]})
    yield NOON + 7, Answered(id="1/ok", answer="yes", by="user")
    yield NOON + 7, TicketIssued(ticket="t-1", path=path, about="a long report")
    yield NOON + 7, SummaryWritten(user_run="turn-20231114-220000-0000", usage=Usage(30, 9), model="small")
    yield NOON + 7, ScratchSet(key="city", value={"name": "Rome", "tags": ["old", 1.5, True, None]})
    yield NOON + 7, Promoted(key="mood", value="sunny")
    yield NOON + 7, CommandEnded(position=1, status="completed")
    yield NOON + 8, Ended(status="completed", output=answer, decisions=("asked for the weather",))


def entries(id: str = "turn-20231114-221320-abcd") -> tuple[Entry, ...]:
    """The whole story as entries."""
    told = [(NOON, received(id)), *facts()]
    return tuple(Entry(seq=number, at=at, fact=fact) for number, (at, fact) in enumerate(told, 1))


def new_id(workspace: Workspace, seed: int = 0, at: float = NOON) -> str:
    """A free id, the same for the same seed."""
    return workspace.new_id(at, Random(seed))


def write_story(workspace: Workspace, seed: int = 0, text: str = "What is the weather in Rome?") -> str:
    """The whole story as a user run of this workspace; its id."""
    id = new_id(workspace, seed, NOON + 60 * seed)
    directory = workspace.create(received(id, text), NOON + 60 * seed)
    tell(directory, 60 * seed)
    directory.close()
    return id


def tell(directory: RunDirectory, later: float = 0) -> None:
    """Append all that comes after what was received, so many seconds later, with an artifact in between."""
    told = list(facts())
    for at, fact in told[:-1]:
        directory.append(fact, at + later)
    directory.keep("map.svg", b"<svg/>", NOON + 8, media_type="image/svg+xml", path="1")
    directory.append(told[-1][1], NOON + 8 + later)
