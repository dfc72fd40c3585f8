"""A followed stream as a learner sees it: lines, panel, card, and over a real socket."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.backend_client import FUNCTION, Scene
from tests.server_process import ServerProcess
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local, Served
from threadlab.following.follow import follow, follow_async
from threadlab.following.print_run import show
from threadlab.following.run_panel import run_panel
from threadlab.following.run_view import RunView, advance
from threadlab.objects.event import ArgumentsArrived, Ended, MessageArrived, TextArrived
from threadlab.objects.run_stream import RunStream
from threadlab.widgets.runs.run_card import render_html
from threadlab.widgets.runs.run_card_text import render_text
from threadlab.widgets.watching.watch import watch


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab whose model is a completer of three lines."""
    with connect(target=Local(seed=1, pace=0), completer=Scene()) as lab:
        yield lab


def start(lab: Lab, *, tools: bool = False) -> RunStream:
    """A run, started as a stream."""
    agent = lab.create_agent(tools=[FUNCTION] if tools else None)
    thread = lab.threads.create(messages=[{"role": "user", "content": "How is the weather in <b>Oslo</b>?"}])
    return lab.runs.stream(thread.id, agent.id)


def drawn(view: RunView) -> str:
    """The panel as text."""
    console = Console(file=io.StringIO(), width=160, record=True)
    console.print(run_panel(view))
    return console.export_text()


def test_every_view_shows_half_a_text_while_it_is_being_written(lab: Lab) -> None:
    """Panel, card and text card; at the end the message stands there once."""
    stream = start(lab)
    view, halves = RunView(run=stream.run), 0
    for event in follow(stream):
        view = advance(view, event)
        if isinstance(event, TextArrived) and event.so_far.strip() != Scene().text:
            halves += 1
            for shown in (drawn(view), render_html(view), render_text(view)):
                assert event.so_far.strip() in shown
    assert halves > 2
    for shown in (drawn(view), render_html(view), render_text(view)):
        assert shown.count(Scene().text) == 1
        assert "piece" in shown


def test_a_call_that_is_being_written_has_a_card_of_its_own(lab: Lab) -> None:
    """It is arriving until it is asked for."""
    view, states = RunView(run=(stream := start(lab, tools=True)).run), []
    with pytest.raises(Exception, match="no tools were given"):
        for event in follow(stream):
            view = advance(view, event)
            if isinstance(event, ArgumentsArrived):
                states.append(view.calls[-1].state)
                assert "arriving" in render_html(view)
    assert set(states) == {"arriving"}
    assert [card.state for card in view.calls] == ["requested", "requested"]
    assert [card.call.arguments for card in view.calls] == ['{"city": "Oslo"}', '{"city": "Bergen"}']


def test_lines_tell_each_piece_and_how_the_run_was_seen(lab: Lab) -> None:
    """For pipes and logs."""
    console = Console(file=io.StringIO(), width=160)
    run = show(start(lab), console=console)
    assert isinstance(console.file, io.StringIO)
    printed = console.file.getvalue()
    assert run.status == "completed"
    assert printed.count("… ") == len(Scene().text.split())
    assert "completed after 11 pieces of a stream" in printed
    assert "1 request behind it" in printed


def test_watching_a_stream_returns_the_run_like_any_other(lab: Lab) -> None:
    """`await watch(lab.runs.stream(...))`."""
    run = asyncio.run(watch(start(lab), display="none"))
    assert run.status == "completed"
    assert run.view.pieces == 11
    assert run.view.polls == 0


def test_a_stream_over_a_real_socket_is_live_and_leaves_the_event_loop_free(tmp_path: Path) -> None:
    """Through `threadlab serve`: the reading happens on a thread, the loop goes on."""
    server = ServerProcess("--pace", "0.05", store=tmp_path / "store.sqlite")
    try:
        with connect(target=Served(endpoint=server.endpoint, key=server.key)) as lab:
            stream = start(lab)
            assert stream.blocks
            for event in follow(stream):
                if isinstance(event, TextArrived):
                    assert stream.run.read().status == "in_progress"
                    break
            again = lab.runs.events(stream.run.thread_id, stream.run.id)
            events = asyncio.run(_while_others_work(again))
        assert isinstance(events[-1], Ended)
        (message,) = [event.message for event in events if isinstance(event, MessageArrived)]
        assert "".join(event.text for event in events if isinstance(event, TextArrived)) == message.text
    finally:
        server.process.terminate()
        server.process.wait(10)


async def _while_others_work(stream: RunStream) -> list[object]:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    events: list[object] = [event async for event in follow_async(stream)]
    task.cancel()
    assert turns > len(events)
    return events
