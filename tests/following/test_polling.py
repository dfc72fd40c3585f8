"""The schedule of looks is a pure function."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.following.polling import Polling


@given(elapsed=st.floats(0, 1e6), poll=st.integers(0, 10_000), seed=st.integers())
def test_a_wait_is_bounded_and_repeatable(elapsed: float, poll: int, seed: int) -> None:
    """Never below the first wait, never above the ceiling, but for the jitter; the same for the same seed."""
    polling = Polling(seed=seed)
    wait = polling.wait(elapsed, poll)
    assert polling.first * 0.9 <= wait <= polling.ceiling * 1.1
    assert wait == polling.wait(elapsed, poll)


def test_waits_grow_from_milliseconds_to_the_ceiling() -> None:
    """Ten milliseconds at first, a fifth of the elapsed time later, a second at most."""
    steady = Polling(jitter=0)
    assert [steady.wait(elapsed) for elapsed in (0, 0.04, 0.5, 3, 60)] == pytest.approx(
        [0.01, 0.04, 0.2, 0.6, 1.0]
    )


def test_failures_back_off_and_the_services_own_time_goes_first() -> None:
    """Twice as long each time up to a ceiling; Retry-After as it came."""
    steady = Polling(jitter=0)
    assert [steady.retry_wait(attempt) for attempt in (1, 2, 3, 9)] == [0.5, 1, 2, 8]
    assert Polling().retry_wait(1, 12.0) == 12.0
