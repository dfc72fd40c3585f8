"""Compacted: an orchestration context without the bulk. Pure.

Who, how, with what, in which team and why, in a line a decision, stay, and how it went. Gone are the texts of
the members, the choices as they were made, and what was looked at. The lines are of the same kinds: whoever
reads a context reads this one, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from threadlab.journal.decision import (
    ContextCompacted,
    ContextEntry,
    ContextFact,
    ContextOpened,
    Contribution,
    DecisionTaken,
    OutcomeSeen,
)

LONGEST_WHY = 160
"""Signs of a decision's reasoning that stay."""


def compacted(entries: Sequence[ContextEntry], bytes_before: int) -> tuple[ContextEntry, ...]:
    """The lines of a context, made short, with one more that says so. A short one stays as it is."""
    if not entries or is_compacted(entries):
        return tuple(entries)
    short = (replace(entry, fact=_short(entry.fact)) for entry in entries)
    mark = ContextEntry(at=entries[-1].at, fact=ContextCompacted(bytes_before=bytes_before))
    return (*short, mark)


def is_compacted(entries: Sequence[ContextEntry]) -> bool:
    """Whether these lines were made short before."""
    return any(isinstance(entry.fact, ContextCompacted) for entry in entries)


def _short(fact: ContextFact) -> ContextFact:
    match fact:
        case ContextOpened():
            return replace(fact, learnings=())
        case DecisionTaken(decision=decision):
            why = _line(decision.reasoning)
            return replace(
                fact, decision=replace(decision, reasoning=why, task="", arguments={}, looked_at=())
            )
        case OutcomeSeen(outcome=outcome):
            members = tuple(_short_contribution(one) for one in outcome.contributions)
            return replace(fact, outcome=replace(outcome, text="", contributions=members))
        case _:
            return fact


def _short_contribution(one: Contribution) -> Contribution:
    return Contribution(member=one.member, path=one.path, role=one.role, status=one.status, turn=one.turn)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_WHY else f"{line[: LONGEST_WHY - 1]}…"
