"""Dimensions: what a decision chose in each of the four, as a text that learnings speak of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from threadlab.journal.decision import Decision, Dimension

DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
_COMPARED_IF_BOTH_CHOSE: tuple[Dimension, ...] = ("agent", "team")
"""One agent alone and a team are compared by their pattern: who is in the team follows from it."""


def subject_of(decision: Decision, dimension: Dimension) -> str:
    """What a decision chose in that dimension; empty where it chose nothing."""
    match dimension:
        case "agent":
            return decision.agents[0] if is_single(decision) else ""
        case "pattern":
            return decision.pattern or decision.way
        case "parameters":
            return named(decision.parameters)
        case "team":
            return "" if is_single(decision) else _team(decision)


def differing(one: Decision, other: Decision) -> tuple[Dimension, ...]:
    """The dimensions in which two decisions chose differently."""
    return tuple(dimension for dimension in DIMENSIONS if _differ(one, other, dimension))


def is_single(decision: Decision) -> bool:
    """Whether it was one agent alone: then the agent is what was chosen, not a strategy."""
    return not decision.pattern and len(decision.agents) == 1


def main_dimension(decision: Decision) -> Dimension:
    """What its outcome is owed to where nothing else is known: the agent that answered, else the pattern."""
    return "agent" if is_single(decision) else "pattern"


def named(parameters: Mapping[str, Any]) -> str:
    """Parameters as one line, in the order of their names: "max_turns=2, model=gpt-4o"."""
    return ", ".join(f"{name}={parameters[name]}" for name in sorted(parameters))


def _differ(one: Decision, other: Decision, dimension: Dimension) -> bool:
    chosen = subject_of(one, dimension), subject_of(other, dimension)
    return chosen[0] != chosen[1] and (all(chosen) or dimension not in _COMPARED_IF_BOTH_CHOSE)


def _team(decision: Decision) -> str:
    seats = sorted({(seat.member, seat.role) for seat in decision.team})
    return " + ".join(f"{member} as {role}" if role else member for member, role in seats)
