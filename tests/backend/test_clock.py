from __future__ import annotations

import asyncio
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadlab.backend.clock import EPOCH, RealClock, VirtualClock


def test_virtual_time_stands_still_until_somebody_waits() -> None:
    """Only waiting moves the clock, and at pace 0 it takes no real time."""
    clock, before = VirtualClock(), time.monotonic()
    assert clock.now() == clock.now() == EPOCH
    clock.sleep(3600)
    assert clock.now() == EPOCH + 3600
    assert time.monotonic() - before < 60


def test_pace_is_real_seconds_for_each_virtual_one() -> None:
    """At pace 0.05 two virtual seconds take at least a tenth of a real one."""
    clock, before = VirtualClock(pace=0.05), time.monotonic()
    clock.sleep(2)
    assert time.monotonic() - before >= 0.1
    assert clock.now() == EPOCH + 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6))
def test_sleepers_of_an_event_loop_wake_in_the_order_of_their_instants(waits: list[float]) -> None:
    """Time jumps to whoever wakes first."""
    clock, woken = VirtualClock(), []

    async def sleeper(seconds: float) -> None:
        await clock.sleep_async(seconds)
        woken.append(clock.now())

    async def everybody() -> None:
        await asyncio.gather(*(sleeper(seconds) for seconds in waits))

    asyncio.run(everybody())
    assert woken == sorted(EPOCH + seconds for seconds in waits)


def test_sleepers_on_threads_wake_in_order_too() -> None:
    """A later sleeper waits for an earlier one that went to sleep before it woke."""
    clock, woken, ready = VirtualClock(pace=0.02), [], threading.Barrier(3)

    def sleeper(seconds: float) -> None:
        ready.wait()
        clock.sleep(seconds)
        woken.append(seconds)

    threads = [threading.Thread(target=sleeper, args=(seconds,)) for seconds in (5.0, 1.0, 3.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert woken == [1.0, 3.0, 5.0]


def test_a_cancelled_sleeper_holds_nobody_up() -> None:
    """Leaving a wait takes the sleeper out of the queue."""
    clock = VirtualClock(pace=0.001)

    async def scene() -> None:
        early = asyncio.create_task(clock.sleep_async(10_000))
        await asyncio.sleep(0.01)
        early.cancel()
        with pytest.raises(asyncio.CancelledError):
            await early
        clock.pace = 0
        await clock.sleep_async(20_000)

    asyncio.run(scene())
    assert clock.now() == EPOCH + 20_000


def test_real_time_is_the_walls_and_pace_stretches_only_latencies() -> None:
    """The durable store's clock cannot be moved."""
    clock = RealClock(pace=0.5)
    clock.advance_to(9e9)
    assert abs(clock.now() - time.time()) < 5
    assert clock.stretch(2) == 1
    assert VirtualClock(pace=0.5).stretch(2) == 2
