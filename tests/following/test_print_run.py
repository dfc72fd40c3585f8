"""The terminal's view: lines in a pipe, a panel in a terminal, and foreign text obeyed in nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from threadlab.following.print_run import show
from threadlab.following.run_lines import lines
from threadlab.following.run_panel import run_panel
from threadlab.following.run_view import RunView, advance
from threadlab.following.terminal_text import STATUS_STYLES
from threadlab.objects.event import (
    Ended,
    Event,
    MessageArrived,
    ModelExplained,
    Retrying,
    StepChanged,
    ToolCallsRequested,
    ToolFinished,
)
from threadlab.objects.fault import Fault
from threadlab.objects.message import Message, Part
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall, ToolOutput

if TYPE_CHECKING:
    from tests.following.conftest import ScriptedHome, ScriptedTools

PLAIN = [(0.3, "queued"), (1.2, "in_progress"), (0, "completed")]
ASKING = [(0.3, "queued"), (0.7, "in_progress"), (0, "requires_action")]
HOSTILE = "[bold red]x[/] [link=file:///etc]y[/link] \x1b[2J \x07 [/nonsense]"


def console(terminal: bool) -> tuple[Console, io.StringIO]:
    """A console that writes into memory."""
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=140, color_system=None), out


def test_every_status_has_a_colour() -> None:
    """The legend covers the status table."""
    assert set(STATUS_STYLES) == set(STATUSES)


def test_a_pipe_gets_lines(scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]) -> None:
    """Statuses, steps, calls with arguments and outputs, reasons, tokens, the message, the requests."""
    to, out = console(terminal=False)
    run = show(scripted_home([ASKING, PLAIN]).run, tools=scripted_tools(), console=to)
    text = out.getvalue()
    assert run.status == "completed"
    for expected in (
        "queued          accepted",
        "rule-based stand-in: rule “echo” fired because it was asked",
        "tool_calls: 2 calls",
        "message_creation: msg_1",
        'add({"a": 1, "b": 2})',
        "submitted 2 outputs in one request",
        "10 + 5 = 15 tokens (estimated)",
        "assistant: Done.",
        "requests behind it",
        "GET    /answer_run  200",
    ):
        assert expected in text
    assert "\x1b" not in text


def test_a_terminal_gets_a_panel(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """The last frame has everything."""
    to, out = console(terminal=True)
    show(scripted_home([ASKING, PLAIN]).run, tools=scripted_tools(), console=to)
    last = out.getvalue().rpartition("╭─ run run_1")[2]
    for expected in ("queued 0.00 s → in_progress", "step_0", "submitted", "assistant: Done.", "wire"):
        assert expected in last


def hostile_events() -> list[Event]:
    """Every place that foreign text can come from."""
    call = ToolCall(id="call_1", name=HOSTILE, arguments=HOSTILE)
    run = Run(id="run_1", thread_id="t", agent_id="a", status="failed", error=Fault("server_error", HOSTILE))
    message = Message(id="m", thread_id="t", role="assistant", content=(Part("text", HOSTILE),))
    step = RunStep(id="s", run_id="run_1", thread_id="t", type=HOSTILE, status=HOSTILE)
    return [
        ModelExplained(at=1, note=ModelNote(1, "stand-in", HOSTILE, HOSTILE)),
        StepChanged(at=1, step=step, before=None),
        ToolCallsRequested(at=1, run=run, calls=(call,)),
        ToolFinished(at=1, call=call, output=ToolOutput("call_1", HOSTILE), ok=False, seconds=1),
        Retrying(at=1, problem=HOSTILE, seconds=1),
        MessageArrived(at=1, message=message),
        Ended(at=1, run=run),
    ]


@pytest.mark.parametrize("form", ["lines", "panel"])
def test_foreign_text_is_shown_and_not_obeyed(form: str) -> None:
    """Markup stays text, a link stays text, an escape sequence reaches no terminal."""
    to, out = console(terminal=False)
    view = RunView(run=Run(id="run_1", thread_id="t", agent_id="a", status="queued"))
    for event in hostile_events():
        view = advance(view, event)
        if form == "lines":
            for line in lines(view, event):
                to.print(line, soft_wrap=True)
    if form == "panel":
        to.print(run_panel(view))
    text = out.getvalue()
    assert "[bold red]x[/]" in text
    assert "\\x1b[2J" in text
    assert "\x1b" not in text
    assert "\x07" not in text
