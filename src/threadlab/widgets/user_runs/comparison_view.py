"""Comparison view: two user runs side by side, step by step; where they first part is lit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import foreign_text
from threadlab.history.reading.alignment import Pair
from threadlab.history.reading.compare import Comparison, Figures
from threadlab.history.reading.steps_taken import StepTaken
from threadlab.journal.record import Record
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import clipped, first_line, pretty_text, seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.drawing.trigger_mark import TriggerMark, trigger_mark

LONGEST = 1200
GONE = StatusLook("not there", "—", "quiet", "only the other user run has this step")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A user run at the head of its column."""

    id: str
    look: StatusLook
    mark: TriggerMark | None
    input: str
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Half:
    """A step in one of the columns, worded; empty where only the other has it."""

    title: str = ""
    text: str = ""
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """A step in both columns. `words` say what is not the same; `lit` marks the first divergence."""

    number: int
    a: Half
    b: Half
    words: str
    style: str
    lit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """All of it, worded. `asked` are the fields of input and configuration that differ: name, a, b."""

    a: Side
    b: Side
    verdict: str
    asked: tuple[tuple[str, str, str], ...]
    lines: tuple[PairLine, ...]
    figures: tuple[tuple[str, str, str, str], ...]


def comparison_view(comparison: Comparison) -> ComparisonView:
    """The view of a comparison."""
    divergence = comparison.divergence
    return ComparisonView(
        a=_side(comparison.a, comparison.figures_a),
        b=_side(comparison.b, comparison.figures_b),
        verdict=_verdict(comparison),
        asked=tuple((one.field, _value(one.a), _value(one.b)) for one in comparison.config),
        lines=tuple(_line(pair, lit=pair is divergence) for pair in comparison.pairs),
        figures=tuple(_figures(comparison)),
    )


def render_html(comparison: Comparison) -> str:
    """The comparison as HTML that needs nothing else."""
    return styled(fragment(comparison))


def fragment(comparison: Comparison, shell: str = "tl tl-card") -> str:
    """The same without the style, for a place that has it."""
    return html("comparison.html", view=comparison_view(comparison), shell=shell)


def render_text(comparison: Comparison) -> str:
    """The comparison as text: a step a line, `▶` before the first divergence."""
    return foreign_text("\n".join(_text(comparison_view(comparison)))).plain


def _verdict(comparison: Comparison) -> str:
    if comparison.is_same:
        return "The same was asked, and the same happened."
    divergence = comparison.divergence
    if divergence is None:
        return "Other things were asked; what happened is the same."
    return f"They part at step {divergence.number}: {divergence.look}."


def _side(record: Record, figures: Figures) -> Side:
    return Side(
        id=record.id,
        look=look_of(record.status),
        mark=trigger_mark(record.trigger),
        input=record.received.input,
        figures=(f"{figures.tokens} tokens", seconds(float(figures.seconds)), str(figures.cost)),
    )


def _line(pair: Pair, *, lit: bool) -> PairLine:
    return PairLine(
        number=pair.number,
        a=_half(pair.a),
        b=_half(pair.b),
        words=pair.note,
        style="bad" if lit else "ask" if pair.note else "quiet",
        lit=lit,
    )


def _half(step: StepTaken | None) -> Half:
    if step is None:
        return Half()
    title = step.words if step.kind != "agent call" else f"{step.words} is asked"
    text = step.given if step.kind == "agent call" else step.gave
    return Half(
        title, clipped(pretty_text(text), LONGEST), f"reused from {step.reused}" if step.reused else ""
    )


def _value(value: str | None) -> str:
    return "—" if value is None else clipped(value, LONGEST)


def _figures(comparison: Comparison) -> Iterator[tuple[str, str, str, str]]:
    a, b = comparison.figures_a, comparison.figures_b
    yield "tokens", str(a.tokens), str(b.tokens), f"{comparison.tokens:+d}"
    yield "time", seconds(float(a.seconds)), seconds(float(b.seconds)), f"{comparison.seconds:+.2f} s"
    cost = "" if comparison.cost is None else f"{comparison.cost:+.6g}"
    yield "cost", str(a.cost), str(b.cost), cost
    yield "steps (reused)", f"{a.steps} ({a.reused})", f"{b.steps} ({b.reused})", ""


def _text(view: ComparisonView) -> Sequence[str]:
    lines = []
    for name, side in (("a", view.a), ("b", view.b)):
        triggered = f" · {side.mark}" if side.mark else ""
        said = first_line(side.input, 60)
        lines.append(f"{name} {side.look.mark} {side.id} {side.look.word}{triggered}  “{said}”")
    lines += [view.verdict]
    lines += [f"  {field}: a {first_line(a, 60)} | b {first_line(b, 60)}" for field, a, b in view.asked]
    for one in view.lines:
        halves = (
            first_line(f"{half.title}: {half.text}", 50) if half.title else "—" for half in (one.a, one.b)
        )
        words = f"  ({one.words})" if one.words else ""
        lines.append(f"{'▶' if one.lit else ' '}{one.number:>3} {' | '.join(halves)}{words}")
    lines += [
        f"  {name}: a {a} | b {b}{f' | b less a {delta}' if delta else ''}"
        for name, a, b, delta in view.figures
    ]
    return lines
