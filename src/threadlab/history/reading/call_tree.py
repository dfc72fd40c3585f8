"""Call tree: which agent calls were made by the user run itself, and which by an agent that delegated.

Paths tell it: "2.research.1" was made on the way of "2".
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab.journal.decision import decision_path
from threadlab.journal.record import AgentCall


def is_below(path: str, other: str) -> bool:
    """Whether the first path lies within the second."""
    return path.startswith(f"{other}.")


def top_level(calls: Sequence[AgentCall]) -> tuple[AgentCall, ...]:
    """The calls that no other call made: what was said to the user's own agents."""
    return tuple(one for one in calls if not any(is_below(one.path, other.path) for other in calls))


def children(calls: Sequence[AgentCall], call: AgentCall) -> tuple[AgentCall, ...]:
    """The calls made on the way of this one, those of its children included."""
    return tuple(one for one in calls if is_below(one.path, call.path))


def decided_by(calls: Sequence[AgentCall], call: AgentCall) -> str:
    """The orchestrator that decided on this call: "1.team.ada" is asked because of "1.decide"; else none."""
    parts = call.path.split(".")
    above = [decision_path(".".join(parts[:length])) for length in range(len(parts) - 1, 0, -1)]
    agents = {one.path: one.agent for one in calls if one.path != call.path}
    return next((agents[path] for path in above if path in agents), "")
