"""Paired: two ways of doing the same cases, compared case by case, with what chance alone could do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from random import Random
from statistics import fmean, quantiles

from threadlab.errors import HistoryError

LEVEL = 95
"""Percent of the resampled means that an interval holds."""

RESAMPLES = 4000
UNLIKELY = 0.05
_PARTS = 40
"""Forty equal parts of the resamples: one at each end is left out of the interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much better the first way is than the second, on average over the cases, from `low` to `high`.

    The interval is a bootstrap's (percentiles of the means of resampled cases). It is too narrow for few
    cases, so `chance` is beside it: how often a fair coin would favour one way so clearly, among the cases in
    which they differ (two-sided sign test). `wins` and `losses` are those cases.
    """

    mean: float
    low: float
    high: float
    wins: int
    losses: int
    cases: int
    chance: float

    @property
    def contains_zero(self) -> bool:
        """Whether no difference at all is among what the interval holds."""
        return self.low <= 0 <= self.high

    @property
    def is_shown(self) -> bool:
        """Whether there is a difference: zero is outside the interval, and chance would hardly do it."""
        return not self.contains_zero and self.chance < UNLIKELY

    def __str__(self) -> str:
        zero = "contains zero" if self.contains_zero else "does not contain zero"
        return (
            f"{self.mean:+.2f} ({LEVEL}% interval {self.low:+.2f} to {self.high:+.2f}, which {zero}; "
            f"better in {self.wins}, worse in {self.losses} of {self.cases} cases, p = {self.chance:.3f})"
        )


def difference(one: Sequence[float], other: Sequence[float], *, seed: int = 0) -> Difference:
    """How much better `one` is than `other`, case by case. The same seed gives the same interval.

    Raises HistoryError for no cases, and for sequences that are not of the same cases.
    """
    if not one or len(one) != len(other):
        raise HistoryError(
            f"{len(one)} and {len(other)} results cannot be compared in pairs",
            hint="run both ways on the same cases, at least one",
        )
    gains = [mine - its for mine, its in zip(one, other, strict=True)]
    wins, losses = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    low, high = bootstrap_interval(gains, seed=seed)
    return Difference(
        mean=fmean(gains),
        low=low,
        high=high,
        wins=wins,
        losses=losses,
        cases=len(gains),
        chance=sign_test(wins, losses),
    )


def bootstrap_interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """Where the mean lies, judged by `RESAMPLES` samples drawn from the values themselves."""
    chance = Random(seed)
    means = [fmean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES)]
    cuts = quantiles(means, n=_PARTS, method="inclusive")
    return cuts[0], cuts[-1]


def sign_test(wins: int, losses: int) -> float:
    """How likely a fair coin gives so uneven a result, either way: 1.0 where nothing differs."""
    tosses, most = wins + losses, max(wins, losses)
    tail = sum(comb(tosses, heads) for heads in range(most, tosses + 1)) / 2**tosses
    return float(min(1.0, 2 * tail))
