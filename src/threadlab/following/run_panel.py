"""Run panel: the view of a run as one rich panel, drawn again after every event. Pure: view in, panel out."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from threadlab.following.hosted_text import hosted_lines
from threadlab.following.run_lines import looks_text, wire_lines
from threadlab.following.run_view import CallView, RunView
from threadlab.following.terminal_text import (
    STATUS_STYLES,
    counted,
    foreign_text,
    note_text,
    status_text,
    step_details,
    usage_text,
)
from threadlab.objects.hosted_call import CodeResult

LINES_OF_THE_WIRE = 8


def run_panel(view: RunView) -> Panel:
    """The panel: what a learner sees of the run at this instant."""
    run = view.run
    title = Text.assemble("run ", foreign_text(run.id, "bold"), "  ", status_text(run.status))
    foot = f"{view.elapsed:.2f} s · {looks_text(view)} · {usage_text(run.usage)}"
    style = STATUS_STYLES.get(run.status, "red")
    return Panel(Group(*_parts(view)), title=title, subtitle=foot, border_style=style, title_align="left")


def _parts(view: RunView) -> Iterator[RenderableType]:
    yield _timeline(view)
    if view.run.error:
        yield foreign_text(f"{view.run.error.code}: {view.run.error.message}", "red")
    yield from map(note_text, view.notes)
    if view.steps:
        yield _steps(view)
    if view.calls:
        yield _calls(view)
    for retry in view.retries:
        text = f"the service could not answer: {retry.problem}; asked again after {retry.seconds:.2f} s"
        yield foreign_text(text, "yellow")
    for message in view.messages:
        yield Text(f"{message.role}: ", style="bold") + foreign_text(message.text)
    for one in view.writing:
        yield Text("… ", style="bold") + foreign_text(one.text)
    if view.requests:
        yield _wire(view)


def _timeline(view: RunView) -> Text:
    seen = (
        status_text(one.status) + Text(f" {view.since_began(one.at):.2f} s", style="dim")
        for one in view.statuses
    )
    return Text(" → ").join(seen)


def _steps(view: RunView) -> Table:
    table = Table("step", "type", "status", "details", box=box.SIMPLE_HEAD, expand=True)
    for step in view.steps:
        table.add_row(
            foreign_text(step.id),
            foreign_text(step.type),
            status_text(step.status),
            foreign_text(step_details(step)),
        )
    return table


def _calls(view: RunView) -> Table:
    table = Table("tool", "arguments", "state", "output", "s", box=box.SIMPLE_HEAD, expand=True)
    for card in view.calls:
        table.add_row(
            foreign_text(card.call.title),
            foreign_text(card.call.code.input if card.call.code else card.call.arguments),
            Text(card.state),
            foreign_text(_output(card), "red" if card.ok is False else ""),
            "" if card.seconds is None else f"{card.seconds:.3f}",
        )
    return table


def _output(card: CallView) -> str:
    code = card.call.code
    return card.output or "\n".join(_printed(code) if code else hosted_lines(card.call))


def _printed(code: CodeResult) -> Iterator[str]:
    if code.logs:
        yield code.logs.rstrip("\n")
    yield from (f"image {file_id}" for file_id in code.images)


def _wire(view: RunView) -> Panel:
    rows = list(wire_lines(view.requests))
    hidden = len(rows) - LINES_OF_THE_WIRE
    above = [Text(f"{counted(hidden, 'line')} above", style="dim")] if hidden > 0 else []
    return Panel(
        Group(*above, *rows[-LINES_OF_THE_WIRE:]),
        title=f"wire: {counted(len(view.requests), 'request')}",
        title_align="left",
        border_style="dim",
    )
