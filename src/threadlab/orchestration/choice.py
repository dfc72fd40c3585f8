"""Choice: what the orchestrator's agent call says, read as a decision; or why it is none. Pure.

The choice is the tool call that it made. What it says besides is ignored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from threadlab.errors import ArgumentsRejected
from threadlab.following.terminal_text import counted
from threadlab.journal.codec import plain
from threadlab.journal.decision import Decision
from threadlab.journal.record import AgentCall
from threadlab.orchestration.offer import Offer
from threadlab.orchestration.parameters import UNCHANGED
from threadlab.orchestration.pattern import Pattern
from threadlab.orchestration.ways.use_pattern import use_pattern
from threadlab.orchestration.ways.way import Way

SHARED = frozenset({"reasoning", "task", "looked_at", "learnings", "parameters", "finish"})


class InvalidChoice(Exception):
    """What was chosen cannot be done; the text says why."""


def chosen_by(call: AgentCall, offer: Offer, labels: Mapping[str, str]) -> Decision:
    """The decision that an agent call made; its number, times and tokens are the caller's to fill in.

    `labels` say what each name in `looked_at` stands for. Raises InvalidChoice.
    """
    name, text = _one_call(call)
    way = offer.ways.get(name)
    if name != use_pattern.name and way is None:
        raise InvalidChoice(f"it chose {name!r}, which is none of its ways: {', '.join(offer.ways)}")
    try:
        chosen = (use_pattern if way is None else way.tool).validate(text)
    except ArgumentsRejected as rejected:
        raise InvalidChoice(f"{rejected.message}") from rejected
    if not str(chosen["reasoning"]).strip():
        raise InvalidChoice(f"it chose {name} without saying why")
    pattern: Pattern | None = None
    if way is None:
        pattern = _pattern(chosen["pattern"], offer)
        way = offer.ways[pattern.way]
    decision = _decision(way, pattern, chosen, labels, {one.id for one in offer.learnings})
    _check(decision, way, offer)
    return decision


def _one_call(call: AgentCall) -> tuple[str, str]:
    """The call that was made first; those of later rounds only repeat it."""
    first = next((step for step in call.steps if step.type == "tool_calls"), None)
    if not call.tools:
        raise InvalidChoice(f"it called none of its tools, and said: {call.output[:80]!r}")
    if first is not None and len(first.tool_calls) > 1:
        names = ", ".join(one.name for one in first.tool_calls)
        raise InvalidChoice(f"it made {len(first.tool_calls)} choices at once: {names}")
    return call.tools[0].name, call.tools[0].arguments


def _pattern(name: str, offer: Offer) -> Pattern:
    if name not in offer.patterns:
        raise InvalidChoice(f"there is no pattern {name!r}; there are: {', '.join(offer.offered) or 'none'}")
    if name in offer.unmet:
        raise InvalidChoice(f"the pattern {name!r} is not offered: {offer.unmet[name]}")
    return offer.patterns[name]


def _decision(
    way: Way,
    pattern: Pattern | None,
    chosen: Mapping[str, Any],
    labels: Mapping[str, str],
    learnings: Collection[str],
) -> Decision:
    """What was chosen. What it cites counts only as far as it was given to it."""
    task = str(chosen.get("task", ""))
    arguments = {name: plain(value) for name, value in chosen.items() if name not in SHARED}
    team = way.team(chosen) if pattern is None else pattern.team
    if pattern is not None:
        arguments = {**pattern.arguments, **arguments}
        team = tuple(replace(seat, task=seat.task or task) for seat in team)
    return Decision(
        number=0,
        path="",
        way=way.tool.name,
        reasoning=str(chosen["reasoning"]).strip(),
        pattern=pattern.name if pattern else "",
        agents=tuple(dict.fromkeys(seat.member for seat in team)),
        task=task,
        parameters=dict(chosen.get("parameters", UNCHANGED)),
        team=team,
        arguments=arguments,
        finish=bool(chosen.get("finish", way.finishes)),
        looked_at=tuple(labels[one] for one in chosen.get("looked_at", ()) if one in labels),
        learnings=tuple(one for one in chosen.get("learnings", ()) if one in learnings),
    )


def _check(decision: Decision, way: Way, offer: Offer) -> None:
    """Raise InvalidChoice for a team that cannot work like that."""
    if any(not seat.member.strip() for seat in decision.team):
        raise InvalidChoice("a member of its team has no name")
    if unknown := [name for name in decision.agents if name not in offer.members]:
        raise InvalidChoice(
            f"it chose {', '.join(map(repr, unknown))}; there are: {', '.join(offer.members)}"
        )
    if len(decision.team) < way.fewest:
        raise InvalidChoice(f"{decision.way} needs at least {counted(way.fewest, 'member')}")
