"""Adds up the steps, and forgets what lies between them.

Caught by: The rows' seconds add up to the run's, waits among them
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Row(NamedTuple):
    """A row."""

    name: str
    seconds: int
    tokens: int


def ended(one: Any) -> Any:
    """When it ended."""
    return one.completed_at or one.failed_at or one.cancelled_at or getattr(one, "expired_at", None)


def explain(run: Any, steps: Sequence[Any]) -> list[Row]:
    """A row for each step."""
    return [
        Row(
            step.type,
            (ended(step) or ended(run)) - step.created_at,
            step.usage.total_tokens if step.usage else 0,
        )
        for step in steps
    ]
