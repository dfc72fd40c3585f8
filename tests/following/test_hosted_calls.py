"""Following runs whose calls the service answers itself: nobody is waited for, and what came is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from azure.ai.agents.models import CodeInterpreterTool, FileSearchTool
from rich.console import Console

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.following.explain import AT_THE_SERVICE, explain
from threadlab.following.follow import follow
from threadlab.following.print_run import show
from threadlab.following.run_panel import run_panel
from threadlab.following.run_view import RunView, advance
from threadlab.objects.event import ArgumentsArrived, Event, ImageArrived, ToolCallsRequested
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of

HANDBOOK = b"# Handbook\n\nThe lock of the bicycle opens with the number 4711.\n"
codes = pytest.mark.skipif(sys.platform == "win32", reason="the code interpreter needs Linux or macOS")


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab that may run code."""
    with connect(seed=67, pace=0, code_interpreter=True) as lab:
        yield lab


def asked(lab: Lab, tool: Any, question: str, stream: bool) -> Followable:
    """A run of an agent with that tool."""
    thread, agent = lab.threads.create(), lab.create_agent(tools=[tool])
    lab.messages.create(thread.id, content=question)
    start = lab.runs.stream if stream else lab.runs.create
    return start(thread.id, agent.id)


def searching(lab: Lab, stream: bool) -> Followable:
    """A run that searches the handbook."""
    store = lab.vector_stores.create(files=[lab.files.upload(HANDBOOK, name="handbook.md")])
    tool = FileSearchTool([store.id])
    return asked(lab, tool, "Which number opens the lock of the bicycle?", stream)


def drawing(lab: Lab, stream: bool) -> Followable:
    """A run that draws a chart."""
    return asked(lab, CodeInterpreterTool(), "Draw 3, 5 and 8 as a chart.", stream)


def seen(what: Followable) -> tuple[list[Event], RunView]:
    """What following it tells, and the view at its end."""
    view, events = RunView(run=run_of(what)), []
    for event in follow(what):
        events.append(event)
        view = advance(view, event)
    return events, view


@pytest.mark.parametrize("stream", [False, True])
def test_a_search_waits_for_nobody_and_comes_with_what_it_found(lab: Lab, stream: bool) -> None:
    """Polled or streamed; the text costs a stream one request."""
    what = searching(lab, stream)
    before = lab.wire.count
    events, view = seen(what)
    (card,) = view.calls
    assert (card.state, [result.text for result in card.call.results]) == (
        "answered by the service", [HANDBOOK.decode().rstrip()],
    )  # fmt: skip
    assert not any(isinstance(event, ToolCallsRequested) for event in events)
    if stream:
        assert lab.wire.count == before + 1
        assert "/steps?" in lab.wire.entries[-1].path


@codes
@pytest.mark.parametrize("stream", [False, True])
def test_code_comes_with_its_input_its_logs_and_its_picture_read_once(lab: Lab, stream: bool) -> None:
    """The picture is in the message, too."""
    events, view = seen(drawing(lab, stream))
    (card,) = view.calls
    assert card.state == "answered by the service"
    assert card.call.code is not None
    assert "matplotlib" in card.call.code.input
    assert "3 bars" in card.call.code.logs
    (image,) = view.images
    assert (image.file_id, image.media_type) == (card.call.code.images[0], "image/png")
    assert view.messages[0].images == (image.file_id,)
    assert len([event for event in events if isinstance(event, ImageArrived)]) == 1
    assert len([entry for entry in lab.wire.entries if entry.path.endswith("/content")]) == 1
    assert lab.read_image(image.file_id) is image
    arrived = [event.call for event in events if isinstance(event, ArgumentsArrived)]
    assert {call.kind for call in arrived} == ({"code_interpreter"} if stream else set())


def test_a_picture_that_cannot_be_read_stops_nothing(lab: Lab) -> None:
    """It is gone, or no picture: the run is followed to its end without it."""
    file = lab.files.upload(b"no picture", name="a.png")
    assert lab.read_image(file.id) is None
    assert lab.read_image("assistant-none") is None


@codes
def test_lines_and_panel_tell_what_was_found_and_what_ran(lab: Lab) -> None:
    """With a bar for the score; code has its input and what it printed."""
    out = StringIO()
    for run in (searching(lab, False), drawing(lab, True)):
        show(run, console=Console(file=out, width=400))
    told = out.getvalue()
    assert "▰▰▰▰▰▰▰▰▰▰ 1.00  handbook.md: # Handbook The lock" in told
    assert "out  3 bars, the highest is 8" in told
    assert "include[]=…&limit" in told
    panel = StringIO()
    Console(file=panel, width=200).print(run_panel(seen(drawing(lab, False))[1]))
    assert "3 bars, the highest is 8" in panel.getvalue()


def test_the_time_of_a_hosted_step_is_the_services(lab: Lab) -> None:
    """Whether only the service's whole seconds are known, or the backend's truth is."""
    run = run_of(searching(lab, False))
    *_, ended = follow(run)
    done: Run = ended.run  # type: ignore[attr-defined]
    for truth in (None, lab.workbench.truth(done)):
        explained = explain(done, truth=truth)
        (part,) = [part for part in explained.parts if part.name == "tool_calls"]
        assert [stretch.cause for stretch in part.stretches] == [AT_THE_SERVICE]
        assert sum(explained.by_cause.values()) == pytest.approx(explained.seconds)
