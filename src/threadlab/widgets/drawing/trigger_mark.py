"""Trigger mark: how a user run that nobody typed is told from one that somebody did, in every view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threadlab.journal.values import TRIGGERED, Trigger


@dataclass(frozen=True, slots=True)
class TriggerMark:
    """A sign, a word and the reason. `style` is a name of ours: it becomes a CSS class."""

    sign: str
    word: str
    style: str
    why: str

    def __str__(self) -> str:
        return f"{self.sign} {self.word}"


_WORDS: Mapping[str, tuple[str, str]] = {
    "system": ("⚙", "the system began it, not a person"),
    "schedule": ("⏲", "a schedule began it, not a person"),
}


def trigger_mark(trigger: Trigger) -> TriggerMark | None:
    """The mark of a user run that a ticket or a schedule began; None where a person asked for it."""
    return mark_of(trigger.type, trigger.cause)


def mark_of(type: str, cause: str = "") -> TriggerMark | None:
    """The same by the trigger's type, where no more is known of it."""
    if type not in _WORDS:
        return None
    sign, why = _WORDS[type]
    return TriggerMark(sign, TRIGGERED[type], type, f"{why}: {cause}" if cause else why)
