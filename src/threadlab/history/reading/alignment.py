"""Alignment: the steps of two user runs side by side, and what is not the same in each pair.

Steps are aligned by what they are (an agent call, a call of that tool), then looked at for what went in and
what came out. So one tool call more shows as one, and not as everything after it being different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from threadlab.history.reading.steps_taken import StepTaken

PairLook = Literal["same", "other input", "other output", "other status", "only a", "only b"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same step in both user runs, or a step that only one of them has. `number` counts from 1."""

    number: int
    a: StepTaken | None
    b: StepTaken | None

    @property
    def look(self) -> PairLook:
        """What is not the same; the input is named before the output that follows from it."""
        if self.a is None or self.b is None:
            return "only b" if self.a is None else "only a"
        if self.a.asked != self.b.asked:
            return "other input"
        if self.a.status != self.b.status:
            return "other status"
        return "same" if self.a.gave == self.b.gave else "other output"

    @property
    def is_same(self) -> bool:
        """Whether nothing is different."""
        return self.look == "same"

    @property
    def parts_here(self) -> bool:
        """Whether the two part at this step, and not within what it spans.

        An agent call spans what was done in it: with the same input, its other output begins further down.
        """
        return self.look in ("other input", "only a", "only b") or (not self.is_same and not self._spans)

    @property
    def note(self) -> str:
        """What to say of it beside both. Nothing of an agent call whose other output shows further down."""
        return "" if self.is_same or (self._spans and self.look == "other output") else self.look

    @property
    def _spans(self) -> bool:
        step = self.a or self.b
        return step is not None and step.kind == "agent call"


def aligned(a: Sequence[StepTaken], b: Sequence[StepTaken]) -> tuple[Pair, ...]:
    """The steps of both, side by side, in order. Pure."""
    matcher = SequenceMatcher(a=[step.key for step in a], b=[step.key for step in b], autojunk=False)
    together: list[tuple[StepTaken | None, StepTaken | None]] = []
    for kind, begin_a, end_a, begin_b, end_b in matcher.get_opcodes():
        if kind == "equal":
            together += zip(a[begin_a:end_a], b[begin_b:end_b], strict=True)
        else:
            together += [
                *((step, None) for step in a[begin_a:end_a]),
                *((None, step) for step in b[begin_b:end_b]),
            ]
    return tuple(Pair(number=number, a=left, b=right) for number, (left, right) in enumerate(together, 1))
