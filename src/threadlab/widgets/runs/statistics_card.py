"""Statistics card: what runs cost, as figures and as bars: response times, tokens, tools, errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from threadlab.conversation.totals import Totals, Turn
from threadlab.following.terminal_text import counted, foreign_text
from threadlab.widgets.drawing.lane import NARROWEST, Bar, drawn
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line, seconds, short_id
from threadlab.widgets.drawing.status_look import StatusLook, look_of

NEWEST = 12
COLUMNS = 28
TALLEST = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLine:
    """One run: its time and its tokens as bars (in percent of the longest and of the most), and in words."""

    run_id: str
    look: StatusLook
    time: Bar
    seconds: str
    tokens: str
    tools: str


@dataclass(frozen=True, slots=True)
class Column:
    """One run in the small picture of all: where it stands and how wide (percent), how tall (pixels)."""

    x: float
    width: float
    y: float
    height: float
    style: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """All of it, worded. `figures` are pairs of a name and a value; `lines` the newest runs.

    `columns` are all runs in order, where there are more than are listed. `rules` are heights with a name,
    in pixels from the top.
    """

    summary: str
    figures: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rules: tuple[tuple[str, float], ...]
    lines: tuple[TurnLine, ...]
    left_out: int
    tools: tuple[tuple[str, Bar], ...]


def statistics(totals: Totals) -> Statistics:
    """The picture of these totals."""
    turns = totals.turns
    longest = max((turn.seconds for turn in turns), default=0.0)
    most_calls = max(totals.tool_frequency.values(), default=0)
    rules = {"median": totals.median_seconds, "p95": totals.p95_seconds}
    return Statistics(
        summary=f"{counted(len(turns), 'run')}, {totals.errors} not completed",
        figures=tuple(_figures(totals)),
        columns=tuple(_columns(turns, longest)) if len(turns) > NEWEST else (),
        rules=tuple((f"{name} {seconds(float(at))}", _height(at, longest)) for name, at in rules.items()),
        lines=tuple(_line(turn, longest) for turn in turns[-NEWEST:]),
        left_out=max(len(turns) - NEWEST, 0),
        tools=tuple(
            (first_line(name, 40), _bar(number, most_calls, "live", counted(number, "call")))
            for name, number in totals.tool_frequency.items()
        ),
    )


def render_html(totals: Totals) -> str:
    """The statistics as HTML that needs nothing else."""
    return styled(html("statistics.html", all=statistics(totals), tallest=TALLEST))


def render_text(totals: Totals) -> str:
    """The statistics as lines of text."""
    shown = statistics(totals)
    lines = [shown.summary, *(f"  {name:<15} {value}" for name, value in shown.figures)]
    lines += [f"  … {shown.left_out} earlier left out"] if shown.left_out else []
    for one in shown.lines:
        bar = drawn([one.time], columns=COLUMNS)
        about = "  ".join(part for part in (one.seconds, one.tokens, one.tools) if part)
        lines.append(f"  {one.look.mark} {short_id(one.run_id):<11} |{bar:<{COLUMNS}}| {about}")
    lines += [
        f"  {name:<13} |{drawn([bar], columns=COLUMNS):<{COLUMNS}}| {bar.words}" for name, bar in shown.tools
    ]
    return foreign_text("\n".join(lines)).plain


def _figures(totals: Totals) -> Iterator[tuple[str, str]]:
    if totals.over:
        times = {
            "average": totals.average_seconds,
            "median": totals.median_seconds,
            "p95": totals.p95_seconds,
        }
        words = " · ".join(f"{name} {seconds(float(value))}" for name, value in times.items())
        yield "response time", words
    usage = totals.usage
    estimated = ", estimated" if usage.estimated else ""
    yield (
        "tokens",
        f"{usage.total_tokens:,} ({usage.prompt_tokens:,} in, {usage.completion_tokens:,} out) · "
        f"{totals.tokens_per_run:,.0f} a run{estimated}",
    )
    yield "error rate", f"{totals.error_rate:.0%} of {counted(len(totals.over), 'run')} that ended"
    if totals.tool_frequency:
        calls = counted(sum(totals.tool_frequency.values()), "call")
        yield "tools", f"{calls}, {totals.tool_failures} told of a failure"


def _columns(turns: tuple[Turn, ...], longest: float) -> Iterator[Column]:
    apart = 100 / max(len(turns), COLUMNS)
    for place, turn in enumerate(turns):
        top = _height(turn.seconds, longest)
        words = f"{short_id(turn.run_id)} {turn.status}, {seconds(float(turn.seconds))}"
        style = look_of(turn.status).style
        yield Column(
            round(place * apart, 2), round(apart * 0.72, 2), top, round(TALLEST - top, 1), style, words
        )


def _height(value: float, longest: float) -> float:
    """How far from the top a column of that value ends."""
    return round(TALLEST - max(value / longest * (TALLEST - 2) if longest > 0 else 0.0, 1.0), 1)


def _line(turn: Turn, longest: float) -> TurnLine:
    look, time = look_of(turn.status), seconds(float(turn.seconds))
    return TurnLine(
        run_id=turn.run_id,
        look=look,
        time=_bar(turn.seconds, longest, look.style, time),
        seconds=time,
        tokens=f"{turn.usage.total_tokens:,} tokens" if turn.usage else "",
        tools=first_line(", ".join(turn.tools), 40),
    )


def _bar(value: float, most: float, style: str, words: str) -> Bar:
    return Bar(0, max(round(100 * value / most, 2) if most > 0 else 0.0, NARROWEST), style, words, "█")
