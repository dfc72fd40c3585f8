"""User run as text: the same card for a terminal, a log, or a reader's ears."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from threadlab.following.terminal_text import foreign_text
from threadlab.widgets.runs.run_card_text import card_lines
from threadlab.widgets.user_runs.user_run_card import CallSection, UserRunCard


def render_text(card: UserRunCard) -> str:
    """The card as lines of text. Control characters that someone else wrote are made visible."""
    return foreign_text("\n".join(_lines(card))).plain


def _lines(card: UserRunCard) -> Iterator[str]:
    triggered = f" · {card.mark}" if card.mark else ""
    origin = f" · {card.origin}" if card.origin else ""
    yield f"{card.look.mark} user run {card.id} {card.look.word}{triggered} · {card.place}{origin}"
    yield f"  {' · '.join(card.meter)}"
    if card.mark:
        yield f"  {card.mark.sign} {card.mark.why}"
    if card.plan:
        yield f"  planned: {card.plan}"
    yield indent(card.input, "  › ", lambda line: True)
    for look, text in card.queue:
        yield f"  {look.mark} {text}"
    for section in card.sections:
        yield from _section_lines(section)
    for unit in card.units:
        trouble = f" · {unit.trouble}" if unit.trouble else ""
        yield f"  {unit.look.mark} {unit.path} {unit.look.word} · {unit.about}{trouble}"
    for one in card.questions:
        yield f"  ◆ {one.kind}: {one.question}"
        yield f"    → {one.answer}"
    if card.output:
        yield indent(card.output, "  │ ", lambda line: True)
    if card.ending:
        yield f"  {card.ending}"
    yield from (f"  • {one}" for one in card.decisions)
    yield from (f"  {name}: {value}" for name, value in card.facts)


def _section_lines(call: CallSection) -> Iterator[str]:
    about = " · ".join((f"{call.path} {call.title}", call.look.word, *call.meter))
    yield f"  {call.look.mark} agent call {about}"
    if call.reused:
        yield f"    {call.reused}"
    if call.context.bars:
        yield f"    context: {call.context.given}"
        for one in call.context.lines:
            yield f"      {one.user_run} {one.use}, {one.tokens}{f': {one.why}' if one.why else ''}"
    yield from (f"    ※ not brought along: {one}" for one in call.lost)
    if call.card:
        yield from (indent(line, "    ") for line in card_lines(call.card))
    if call.trouble:
        yield f"    {call.trouble}"
    if call.answer:
        yield indent(call.answer, "    │ ", lambda line: True)
