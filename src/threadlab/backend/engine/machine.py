"""The machine: the statuses of a run, the moves between them, and what comes next.

This is the whole idea of a run, and it is pure: no clock, no store, no model.

    queued ─► in_progress ─► completed | failed | incomplete
       ▲           │
       │           └─► requires_action ─► (outputs submitted) ─► queued
       └───────────────────┘
    every live status but cancelling ─► cancelling ─► cancelled, and ─► expired when time is up
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"in_progress", "cancelling", "failed", "expired"}),
    "in_progress": frozenset(
        {"requires_action", "completed", "failed", "incomplete", "cancelling", "expired"}
    ),
    "requires_action": frozenset({"queued", "cancelling", "failed", "expired"}),
    "cancelling": frozenset({"cancelled", "failed"}),
    "completed": frozenset(),
    "failed": frozenset(),
    "incomplete": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
"""From each status, the statuses that may follow."""

TERMINAL = frozenset(status for status, after in TRANSITIONS.items() if not after)


class Move(StrEnum):
    """What the engine can do with a run, by itself and in one step."""

    BEGIN = "begin"  # take it from the queue and consult the model
    SHOW = "show"  # reveal the next burst of the model's answer
    STOP = "stop"  # carry out a cancel
    EXPIRE = "expire"  # its time is up


NEXT_MOVE: Mapping[str, Move] = {
    "queued": Move.BEGIN,
    "in_progress": Move.SHOW,
    "requires_action": Move.EXPIRE,  # nothing else can happen before the outputs come
    "cancelling": Move.STOP,
}


class IllegalTransition(Exception):
    """A run was to change its status in a way that the table does not have."""


def check(before: str, after: str) -> None:
    """Raise IllegalTransition unless a run may go from one status to the other."""
    if before not in TRANSITIONS:
        raise IllegalTransition(f"'{before}' is no status of a run; there are {', '.join(TRANSITIONS)}")
    if after not in TRANSITIONS[before]:
        allowed = ", ".join(sorted(TRANSITIONS[before])) or "nothing: it is over"
        raise IllegalTransition(
            f"a run cannot go from {before} to {after}; after {before} may come {allowed}"
        )


def next_move(status: str, at: float, expires_at: float) -> Move | None:
    """What happens to a run of that status at that instant.

    None when it is over, and while it waits for outputs and its time is not up.
    """
    if status in TERMINAL:
        return None
    if status not in NEXT_MOVE:
        raise IllegalTransition(f"'{status}' is no status of a run; there are {', '.join(TRANSITIONS)}")
    if status != "cancelling" and at >= expires_at:
        return Move.EXPIRE
    move = NEXT_MOVE[status]
    return None if move is Move.EXPIRE else move
