"""Waterfall: an explanation drawn, each step and each wait on a line of its own, calls within their step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from threadlab.following.explain import APPROVAL, AT_THE_SERVICE, CAUSES, Explanation, Part, cost_of
from threadlab.following.run_view import CallView
from threadlab.following.terminal_text import foreign_text
from threadlab.objects.usage import Usage
from threadlab.widgets.drawing.lane import Bar, Scale, drawn
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.runs.run_card import STEP_WORDS, tokens

NO_PRICE = "price not set"
STYLES: Mapping[str, str] = {
    **{cause: status for status, cause in CAUSES.items()},
    APPROVAL: "requires_action",
}
SIGNS: Mapping[str, str] = {
    CAUSES["queued"]: "░",
    CAUSES["in_progress"]: "█",
    CAUSES["requires_action"]: "▒",
    "model and tools": "▓",
    AT_THE_SERVICE: "▚",
    APPROVAL: "▒",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallLine:
    """A step, a wait or a tool call in words. `so_far` is what the run had cost when this was over."""

    name: str
    id: str
    look: StatusLook | None
    bars: tuple[Bar, ...]
    seconds: str
    tokens: str
    so_far: str
    inner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """All of it, worded. `causes` are the colours with their seconds, `path` is the critical one."""

    run_id: str
    look: StatusLook
    meter: tuple[str, ...]
    lines: tuple[WaterfallLine, ...]
    causes: tuple[Bar, ...]
    path: str
    resolution: str


def waterfall(explanation: Explanation) -> Waterfall:
    """The picture of an explanation."""
    run, parts = explanation.run, explanation.parts
    scale = Scale(parts[0].began, parts[-1].ended) if parts else Scale(0, 0)
    exact = "from the backend's own log" if explanation.exact else "whole seconds, as the service tells them"
    return Waterfall(
        run_id=run.id,
        look=look_of(run.status),
        meter=(seconds(explanation.seconds), tokens(explanation.usage), _money(explanation.cost)),
        lines=tuple(_lines(explanation, scale)),
        causes=tuple(
            Bar(0, 0, STYLES.get(cause, "quiet"), f"{cause} {seconds(spent)}", SIGNS.get(cause, "─"))
            for cause, spent in explanation.by_cause.items()
        ),
        path=" → ".join(f"{cause} {seconds(spent)}" for cause, spent in explanation.critical_path),
        resolution=f"Times are {exact}.",
    )


def render_html(explanation: Explanation) -> str:
    """The waterfall as HTML that needs nothing else."""
    return styled(html("waterfall.html", fall=waterfall(explanation)))


def render_text(explanation: Explanation) -> str:
    """The waterfall as lines of text."""
    fall = waterfall(explanation)
    lines = [f"{fall.look.mark} run {fall.run_id} {fall.look.word}: {' · '.join(fall.meter)}"]
    for line in fall.lines:
        name = f"{'  ' if line.inner else ''}{line.name}"
        about = "  ".join(part for part in (line.seconds, line.tokens) if part)
        lines.append(f"  {name:<22} |{drawn(line.bars):<56}| {about}".rstrip())
    if fall.causes:
        lines.append(f"  {' · '.join(f'{cause.sign} {cause.words}' for cause in fall.causes)}")
        lines.append(f"  the end had to wait for: {fall.path}")
    return foreign_text("\n".join([*lines, f"  {fall.resolution}"])).plain


def _lines(explanation: Explanation, scale: Scale) -> Iterator[WaterfallLine]:
    spent = Usage()
    for part in explanation.parts:
        spent = spent + part.usage if part.usage else spent
        cost = cost_of(spent, explanation.price)
        so_far = f"{spent.total_tokens:,}{'' if cost is None else f' · {cost:.6f}'}"
        yield WaterfallLine(
            name=_name(part),
            id=part.step.id if part.step else "",
            look=look_of(part.step.status) if part.step else None,
            bars=tuple(
                scale.bar(
                    stretch.began,
                    stretch.ended,
                    STYLES.get(stretch.cause, "quiet"),
                    f"{stretch.cause}: {seconds(stretch.seconds)}",
                    SIGNS.get(stretch.cause, "─"),
                )
                for stretch in part.stretches
            ),
            seconds=seconds(part.seconds),
            tokens=f"{part.usage.prompt_tokens:,} in, {part.usage.completion_tokens:,} out"
            if part.usage
            else "",
            so_far=so_far if part.usage else "",
        )
        yield from (_call_line(card, part, scale) for card in part.calls)


def _name(part: Part) -> str:
    if part.step is None:
        return "wait"
    name = STEP_WORDS.get(part.name, part.name)
    return f"{name} · {len(part.calls)}" if part.calls else name


def _call_line(card: CallView, part: Part, scale: Scale) -> WaterfallLine:
    """A call within its step: how long it took is known, and that it began when the run asked for it."""
    bars: tuple[Bar, ...] = ()
    if card.seconds is not None:
        tools = [one for one in part.stretches if one.cause == CAUSES["requires_action"]]
        start = tools[0].began if tools else max(part.began, part.ended - card.seconds)
        words = f"{first_line(card.call.name, 40)}: {seconds(card.seconds)}"
        bars = (scale.bar(start, start + card.seconds, "requires_action", words, "▒"),)
    return WaterfallLine(
        name=first_line(card.call.title, 20),
        id=card.call.id,
        look=None,
        bars=bars,
        seconds="" if card.seconds is None else seconds(card.seconds),
        tokens="",
        so_far="",
        inner=True,
    )


def _money(cost: float | None) -> str:
    return NO_PRICE if cost is None else f"cost {cost:.6f}"
