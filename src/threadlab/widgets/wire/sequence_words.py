"""Sequence words: a sequence diagram's rows as text, and as Mermaid."""

from __future__ import annotations

from collections.abc import Sequence

from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.wire.participants import PARTICIPANTS, Signal

ESCAPED = str.maketrans({mark: f"#{ord(mark)};" for mark in "#;<>&%\"'{}"})
"""Mermaid reads these as its own; `#59;` is how it wants them written."""


def times_of(signals: Sequence[Signal]) -> tuple[str, ...]:
    """When each was said, since the first; empty where it is the time of the one before."""
    began = signals[0].at if signals else 0.0
    words = [seconds(float(one.at - began)) for one in signals]
    return tuple("" if place and said == words[place - 1] else said for place, said in enumerate(words))


def said(signal: Signal) -> str:
    """What was said, and with which text."""
    return f"{signal.words}{f' “{signal.detail}”' if signal.detail else ''}"


def row_text(signal: Signal) -> str:
    """One row as text."""
    if signal.look is not None:
        return f"{signal.sender}: {signal.look.mark} {signal.look.word}"
    arrow = "⇠" if signal.answers else "→"
    ends = (signal.receiver, signal.sender) if signal.answers else (signal.sender, signal.receiver)
    back = f"  ⇢ {signal.back}" if signal.back else ""
    return f"{ends[0]} {arrow} {ends[1]}: {said(signal)}{back}"


def mermaid_of(participants: Sequence[str], signals: Sequence[Signal]) -> str:
    """The whole in Mermaid's language. What others wrote is escaped."""
    names = {name: f"P{place}" for place, name in enumerate(dict.fromkeys((*PARTICIPANTS, *participants)))}
    lines = [
        "sequenceDiagram",
        *(f"    participant {names[name]} as {_escaped(name)}" for name in participants),
    ]
    for one in signals:
        sender, receiver = names[one.sender], names[one.receiver]
        if one.look is not None:
            lines.append(f"    Note over {sender}: {_escaped(f'{one.look.mark} {one.look.word}')}")
            continue
        lines.append(f"    {sender}{'-->>' if one.answers else '->>'}{receiver}: {_escaped(said(one))}")
        if one.back:
            lines.append(f"    {receiver}-->>{sender}: {_escaped(one.back)}")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return first_line(text, 120).translate(ESCAPED)
