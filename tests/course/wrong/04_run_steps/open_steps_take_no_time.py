"""A step without an end has no length.

Caught by: A step that never ended lasts as long as its run
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
    """Rows end to end."""
    rows, at = [], run.created_at
    for step in steps:
        if step.created_at > at:
            rows.append(Row("wait", step.created_at - at, 0))
        end = ended(step)
        if end is None:
            return [*rows, Row(step.type, 0, 0)]
        at = end
        rows.append(Row(step.type, at - step.created_at, step.usage.total_tokens if step.usage else 0))
    if ended(run) > at:
        rows.append(Row("wait", ended(run) - at, 0))
    return rows
