"""Pacing: whether a watched run is to go on, and how fast. Pure: the buttons change it, the gate reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log

SPEEDS: Mapping[str, float] = {
    "0.1×": 10.0,
    "0.2×": 5.0,
    "0.5×": 2.0,
    "1×": 1.0,
    "2×": 0.5,
    "5×": 0.2,
    "10×": 0.1,
    "instant": 0.0,
}
"""The stops of the speed slider, each about twice the one before: real seconds for each of the service's."""

SLICE = 0.25
"""Real seconds, at most, in which a wait does not look up."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """What a person wants of a watched run.

    `pace` is real seconds for each of the service's, None where the service lives in real time: then a pause
    holds the view alone. `steps` counts the steps that were asked for and not yet made.
    """

    pace: float | None = None
    paused: bool = False
    steps: int = 0

    @property
    def holds_the_run(self) -> bool:
        """Whether the run itself stands still during a pause."""
        return self.pace is not None

    @property
    def is_held(self) -> bool:
        """Whether nothing may go on now, not even by one step."""
        return self.paused and not self.steps

    def turned(self) -> Pacing:
        """Paused, if it was going on, and the other way round."""
        return replace(self, paused=not self.paused, steps=0)

    def granted(self) -> Pacing:
        """One step further, and then a pause."""
        return replace(self, paused=True, steps=self.steps + 1)

    def stepped(self) -> Pacing:
        """A step was made."""
        return replace(self, steps=max(self.steps - 1, 0))

    def at(self, speed: str) -> Pacing:
        """At one of `SPEEDS`. No service that lives in real time goes faster for it."""
        return replace(self, pace=SPEEDS[speed]) if self.holds_the_run else self

    @property
    def speed(self) -> str:
        """The stop of the slider that is nearest to the pace."""
        if not self.pace:
            return "instant"
        return min(SPEEDS, key=lambda name: abs(log((SPEEDS[name] or 1e-9) / (self.pace or 1.0))))

    def slice(self, seconds: float) -> float:
        """How much of a wait of so many service's seconds to let pass before looking up again."""
        return min(seconds, SLICE / self.pace) if self.pace else seconds

    def __str__(self) -> str:
        """What a pause means here; empty when there is none."""
        if not self.paused:
            return ""
        if not self.holds_the_run:
            return "Paused. The run goes on; only this view stands still."
        return "Paused. Time stands still for the run: go on, or take one step."
