"""Choice: what the orchestrator's agent call says, read as a decision; or why it is none. Pure.

The choice is the tool call that it made. What it says besides is ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from threadlab.errors import ArgumentsRejected
from threadlab.journal.codec import plain
from threadlab.journal.decision import Decision, Seat
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
        pattern = _pattern(chosen["pattern"], offer, is_past=bool(call.reused))
        way = offer.ways[pattern.way]
    decision = _decision(way, pattern, chosen, labels)
    for problem in _problems(decision, offer):
        raise InvalidChoice(problem)
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


def _pattern(name: str, offer: Offer, *, is_past: bool) -> Pattern:
    """The pattern of that name; what a recorded user run chose may be retired since."""
    if name not in offer.patterns:
        raise InvalidChoice(f"there is no pattern {name!r}; there are: {', '.join(offer.offered) or 'none'}")
    if name in offer.unmet and not is_past:
        raise InvalidChoice(f"the pattern {name!r} is not offered: {offer.unmet[name]}")
    return offer.patterns[name]


def _decision(
    way: Way, pattern: Pattern | None, chosen: Mapping[str, Any], labels: Mapping[str, str]
) -> Decision:
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
        learnings=tuple(chosen.get("learnings", ())),
    )


def _problems(decision: Decision, offer: Offer) -> Iterator[str]:
    unknown = [name for name in decision.agents if name not in offer.members]
    if unknown:
        yield f"it chose {', '.join(map(repr, unknown))}; there are: {', '.join(offer.members)}"
    if decision.pattern and not decision.team:
        yield f"the pattern {decision.pattern!r} has no team"
    if any(isinstance(seat, Seat) and not seat.member.strip() for seat in decision.team):
        yield "a member of its team has no name"
    if not decision.team and decision.way not in ("ask_user", "stop") and decision.way in offer.ways:
        yield f"{decision.way} needs somebody who works"
