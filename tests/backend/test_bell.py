from __future__ import annotations

import asyncio
import threading
import time

from threadlab.backend.bell import Bell

LONG = 30.0
"""Seconds that nobody waits in a test that passes."""


def test_a_ring_wakes_whoever_waits_for_that_name() -> None:
    """The wait is over long before its time."""
    bell = Bell()
    ringer = threading.Timer(0.02, bell.ring, [("run_1",)])
    heard = bell.heard("run_1")
    ringer.start()
    begun = time.monotonic()
    bell.wait("run_1", heard, LONG)
    assert time.monotonic() - begun < LONG / 2


def test_a_ring_between_looking_and_waiting_is_not_missed() -> None:
    """What was heard is taken before the look, so the wait is over at once."""
    bell = Bell()
    heard = bell.heard("run_1")
    bell.ring(["run_1"])
    bell.wait("run_1", heard, LONG)


def test_a_wait_that_nothing_rings_for_ends_by_itself() -> None:
    """Other processes cannot be heard."""
    bell = Bell()
    bell.wait("run_1", bell.heard("run_1"), 0.01)


def test_a_listener_hears_its_own_name_until_it_stops() -> None:
    """Each ring is one call, on the thread that rings; names of another slot are not heard."""
    bell = Bell()
    other = next(
        f"run_{number}" for number in range(10_000) if hash(f"run_{number}") % 1024 != hash("x") % 1024
    )
    calls: list[int] = []
    stop = bell.listen("x", bell.heard("x"), lambda: calls.append(threading.get_ident()))
    bell.ring(["x", "x"])
    bell.ring([other])
    stop()
    stop()
    bell.ring(["x"])
    assert calls == [threading.get_ident()]


async def test_an_event_loop_waits_without_being_blocked() -> None:
    """Many wait at once, a thread rings, all go on."""
    bell = Bell()
    heard = bell.heard("run_1")
    waits = [asyncio.create_task(bell.wait_async("run_1", heard, LONG)) for _ in range(50)]
    await asyncio.sleep(0.01)
    assert not any(wait.done() for wait in waits)
    threading.Thread(target=bell.ring, args=(("run_1",),)).start()
    await asyncio.wait_for(asyncio.gather(*waits), LONG)


async def test_a_wait_on_an_event_loop_ends_by_itself() -> None:
    """With no ring its time is up."""
    bell = Bell()
    await asyncio.wait_for(bell.wait_async("run_1", bell.heard("run_1"), 0.01), LONG)


def test_a_ring_for_a_closed_event_loop_hurts_nobody() -> None:
    """A listener that was left behind with its loop does not break somebody's commit."""
    bell = Bell()
    loop = asyncio.new_event_loop()
    waiting = bell.wait_async("run_1", bell.heard("run_1"), LONG)
    task = loop.create_task(waiting)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    bell.ring(["run_1"])
    assert not task.done()
    waiting.close()
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is meant to be left behind
