"""Run card as text: the same card for a page without HTML, a log, or a reader's ears."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from threadlab.following.hosted_text import score_bar
from threadlab.following.run_view import RunView
from threadlab.following.terminal_text import foreign_text
from threadlab.objects.run import Run
from threadlab.widgets.runs.hosted_lines import HostedLines
from threadlab.widgets.runs.request_lines import line_text
from threadlab.widgets.runs.run_card import CallLine, Card, StepLine, card_of


def render_text(view: RunView) -> str:
    """The card as lines of text. Control characters that someone else wrote are made visible."""
    return foreign_text("\n".join(card_lines(card_of(view)))).plain


def run_text(run: Run) -> str:
    """A run on one line: id, status, agent, thread."""
    return foreign_text(f"run {run.id} {run.status} · agent {run.agent_id} · thread {run.thread_id}").plain


def card_lines(card: Card) -> Iterator[str]:
    """The lines of the text; what others wrote in them is not made safe yet."""
    yield f"{card.look.mark} {run_text(card.run)}"
    if card.meter:
        yield f"  {' · '.join(card.meter)}"
    seen = [f"{stop.look.word}{f' ×{stop.seen}' if stop.seen > 1 else ''}" for stop in card.road if stop.seen]
    yield f"  {' → '.join(seen)}"
    for step in card.steps:
        yield from _step_lines(step)
    for call in card.waiting_calls:
        yield from _call_lines(call)
    yield from (f"  ↻ The service could not answer: {retry}" for retry in card.retries)
    yield from (f"  ※ {note}" for note in card.notes)
    if card.ending:
        yield f"  {card.ending.what} {card.ending.then}"
    for answer in card.answers:
        yield indent(answer, "  │ ", lambda line: True)
    yield from (f"  │ [image {one.file_id}]" for one in card.pictures)
    for text in card.writing:
        yield indent(text, "  ┊ ", lambda line: True)
    if card.requests:
        yield "  the wire:"
        yield from (f"  {line_text(line)}" for line in card.requests)


def _step_lines(step: StepLine) -> Iterator[str]:
    about = f" wrote {step.message_id}" if step.message_id else ""
    yield f"  {step.look.mark} {step.title} {step.id}{about}, {step.look.word}{_took(step.seconds)}"
    if step.trouble:
        yield f"    {step.trouble}"
    for call in step.calls:
        yield from _call_lines(call)


def _call_lines(call: CallLine) -> Iterator[str]:
    yield f"    {call.name} {call.id}, {call.state}{_took(call.seconds)}"
    if call.decision:
        yield f"      ◆ {call.decision}"
    if call.asked:
        yield indent(call.asked, "      ✎ ")
    if call.hosted is not None:
        yield from _hosted_lines(call.hosted)
        return
    yield indent(call.arguments, "      ← ")
    if call.output is not None:
        yield indent(call.output, "      → ")


def _hosted_lines(hosted: HostedLines) -> Iterator[str]:
    if hosted.nothing:
        yield "      → found nothing"
    for result in hosted.results:
        snippet = f": {result.snippet}" if result.snippet else ""
        yield f"      → {score_bar(result.light)} {result.score} {result.file_name}{snippet}"
    if hosted.code:
        yield indent(hosted.code, "      ← ", lambda line: True)
    if hosted.logs:
        yield indent(hosted.logs, "      → ", lambda line: True)
    yield from (f"      → image {one.file_id}" for one in hosted.pictures)


def _took(seconds: str) -> str:
    return f", {seconds}" if seconds else ""
