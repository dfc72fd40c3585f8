"""Figures: medians, percentiles and the goals that they are held against. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to reach: `found` must not be above `limit`, or with `at_least` not below it.

    `found` is None where it could not be measured.
    """

    what: str
    limit: float
    found: float | None
    unit: str
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        """Whether it is reached."""
        if self.found is None:
            return None
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    @property
    def bound(self) -> str:
        """The limit in words."""
        amount = f"{self.limit:.3g} {self.unit}".strip()
        return f"at least {amount}" if self.at_least else amount


def ratio_by_round(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> float:
    """The median, over the rounds, of the ratio of both medians in the same round.

    A machine that is busy in one round and not in the next slows both sides of each ratio alike.
    """
    return median(median(one) / median(other) for one, other in zip(ours, theirs, strict=True))


def flat(rounds: Sequence[Sequence[float]]) -> list[float]:
    """All values of all rounds."""
    return [value for values in rounds for value in values]


def p95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
