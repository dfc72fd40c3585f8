"""Print a run: following it in a terminal.

A live panel where the console is a terminal, plain lines where it is a pipe, a file or a notebook cell.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.live import Live
from rich.text import Text

from threadlab.following.follow import detaching, follow
from threadlab.following.loop import DEADLINE
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.run_lines import lines, wire_lines
from threadlab.following.run_panel import run_panel
from threadlab.following.run_view import RunView, advance, with_requests
from threadlab.following.terminal_text import counted
from threadlab.objects.event import Event
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.tool_round import AnswersToolCalls


def show(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
    console: Console | None = None,
) -> Run:
    """Print what happens to the run until it is over, and the requests behind it; the run as it ended.

    `console` is standard output unless given. Other arguments and errors are those of `loop.events`.
    """
    console, run = console or Console(), run_of(what)
    live = console.is_terminal and not console.is_jupyter
    with detaching(run):
        happening = follow(what, tools=tools, deadline=deadline, polling=polling)
        return (_draw if live else _print)(run, happening, console).run


def _draw(run: Run, happening: Iterable[Event], console: Console) -> RunView:
    view = RunView(run=run)
    with Live(run_panel(view), console=console, auto_refresh=False) as live:
        for event in happening:
            view = with_requests(advance(view, event), run.service.requests(run))
            live.update(run_panel(view), refresh=True)
    return view


def _print(run: Run, happening: Iterable[Event], console: Console) -> RunView:
    view = RunView(run=run)
    for event in happening:
        view = advance(view, event)
        for line in lines(view, event):
            console.print(line, soft_wrap=True)
    requests = run.service.requests(run)
    console.print(Text(f"{counted(len(requests), 'request')} behind it:", style="bold"))
    for line in wire_lines(requests):
        console.print(line, soft_wrap=True)
    return view
