"""Recorded context: what a user run was given of the past, given again exactly so.

Whoever resumes or replays a user run wants what it had, whatever the policy of its branch says today, and
without having a summary written a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.history.contexts.context import Choice, ContextPolicy
from threadlab.journal.record import Record
from threadlab.journal.values import ContextPart


@dataclass(frozen=True, slots=True)
class AsRecorded:
    """The policy that chooses what was chosen; what it never chose about is dropped."""

    parts: tuple[ContextPart, ...]

    def choose(self, path: Sequence[Record]) -> Sequence[Choice]:
        """The recorded choice for each."""
        chosen = {
            part.user_run: Choice(use=part.use, why=part.why, summary=part.summary) for part in self.parts
        }
        nothing = Choice(use="dropped", why="it was not there then")
        return tuple(chosen.get(record.id, nothing) for record in path)

    def __str__(self) -> str:
        return "as it was recorded"


def as_recorded(record: Record, otherwise: ContextPolicy) -> ContextPolicy:
    """What a user run was given; `otherwise` decides for one that has asked no agent yet."""
    return AsRecorded(record.calls[0].context) if record.calls else otherwise
