"""User runs as a table on the page of a terminal, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from threadlab.following.terminal_text import foreign_text, status_text
from threadlab.journal.listed import Listed
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.drawing.status_look import look_of
from threadlab.widgets.drawing.trigger_mark import mark_of
from threadlab.widgets.user_runs.user_run_card import when

BETWEEN = 3
"""Columns of the page between two of the table."""

WIDE = 110
ONLY_WIDE = ("when", "took", "tokens")
"""What is shown from so many columns on."""


def run_table(listed: Sequence[Listed], width: int) -> Table:
    """The table, in the order given, one line each on a page of that width; what is too long is the input."""
    cells = {
        "user run": [foreign_text(one.id) for one in listed],
        "when": [Text(when(one.created_at).removesuffix(" UTC")) for one in listed],
        "status": [_status(one) for one in listed],
        "branch": [_cut(foreign_text(one.branch), 12) for one in listed],
        "took": [Text(_took(one)) for one in listed],
        "tokens": [Text(_tokens(one)) for one in listed],
        "input": [_said(one) for one in listed],
    }
    shown = [title for title in cells if width >= WIDE or title not in ONLY_WIDE]
    taken = sum(max([len(title), *map(len, cells[title])]) + BETWEEN for title in shown[:-1])
    cells["input"] = [_cut(text, max(10, width - taken - 2)) for text in cells["input"]]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in shown:
        table.add_column(title, no_wrap=True, justify="right" if title in ("took", "tokens") else "left")
    for row in zip(*(cells[title] for title in shown), strict=True):
        table.add_row(*row)
    return table


def _cut(text: Text, most: int) -> Text:
    text.truncate(most, overflow="ellipsis")
    return text


def _took(one: Listed) -> str:
    return "" if one.seconds is None else seconds(float(one.seconds))


def _tokens(one: Listed) -> str:
    return f"{'~' if one.tokens_estimated else ''}{one.tokens}" if one.tokens else ""


def _status(one: Listed) -> Text:
    text = Text(f"{look_of(one.status).mark} ") + status_text(one.status)
    return text + Text(" (stalled)", style="bold yellow") if one.is_stalled else text


def _said(one: Listed) -> Text:
    mark = mark_of(one.trigger)
    text = Text(f"{mark} ", style="bold yellow") if mark else Text()
    text += foreign_text(first_line(one.input, 80))
    if one.base:
        text += foreign_text(f"  ({one.verb} of {one.base})", "dim")
    if one.tags:
        text += foreign_text(f"  #{' #'.join(one.tags)}", "cyan")
    return text
