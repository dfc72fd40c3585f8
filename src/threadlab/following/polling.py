"""Polling: when to look at a run again.

A local run may be over within milliseconds, a real one takes seconds. So the first looks come at once, each
after twice the time of the one before; from a fifth of a second on they are that far apart, and later a
fixed share of the time that has already passed. An answer is seen soon after it came, and few requests are
spent on waiting for it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """A schedule of looks. All times are seconds; `jitter` is the part by which a wait may be off.

    `first` is the shortest wait, `stride` the distance of looks until `share` of the elapsed time is more,
    `ceiling` the longest wait. `while_tools` is how long to leave the run alone while tools work, in real
    seconds. A request that the service could not answer is repeated `retries` times, first after `retry`,
    then after twice that, and so on up to `retry_ceiling`; a `Retry-After` from the service goes first.
    The jitter comes from `seed`, so the same run is looked at at the same times.
    """

    first: float = 0.01
    stride: float = 0.2
    share: float = 0.2
    ceiling: float = 1.0
    jitter: float = 0.1
    seed: int = 0
    while_tools: float = 2.0
    retries: int = 5
    retry: float = 0.5
    retry_ceiling: float = 8.0

    def wait(self, elapsed: float, poll: int = 0) -> float:
        """Seconds to wait after look number `poll`, `elapsed` seconds into the leg. Pure."""
        settled = max(self.first, min(elapsed, self.stride), elapsed * self.share)
        return self._jittered(min(settled, self.ceiling), poll)

    def retry_wait(self, attempt: int, retry_after: float | None = None) -> float:
        """Seconds to wait after failure number `attempt` (from 1); never less than `retry_after`. Pure."""
        if retry_after is not None:
            return retry_after
        return self._jittered(min(self.retry * 2.0 ** (attempt - 1), self.retry_ceiling), attempt)

    def _jittered(self, seconds: float, number: int) -> float:
        chance = random.Random(f"{self.seed}:{number}")
        return seconds * (1 + self.jitter * chance.uniform(-1, 1))


STANDARD = Polling()
