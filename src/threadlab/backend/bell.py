"""The bell: it rings when something new was committed, so that whoever waits looks again at once.

A name is rung: a run's id, a thread's id, or `DUE` when it changed when some run is to move. Nothing is said
with it; the store is what counts, and a ring too many only costs a look. Rings of other processes are not
heard, so every wait has an end of its own. No lock is held, neither while ringing nor while listening: each
change is one indivisible operation of a dictionary or a list, for an interrupt may strike between any two.

An async server waits, where a stream yields a `WaitUntil`, with `await backend.wait_async(piece)`. With an
event loop of its own making it can use `listen`:

    stop = backend.bell.listen(piece.bell, piece.heard, lambda: loop.call_soon_threadsafe(event.set))
    try: ...   # wait for `event`, at most until `piece.at` of the backend's clock
    finally: stop()
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

DUE = "due"
"""The name that is rung when some run has something to do, or at another instant than before."""

SLOTS = 1024
"""Names share so many slots: two of one slot wake each other's listeners, and nothing has to be forgotten."""


class Bell:
    """Rings names, on the thread that committed. Listeners must return at once."""

    def __init__(self) -> None:
        self._tickets = itertools.count(1)
        self._keys = itertools.count()
        self._last = [0] * SLOTS
        self._listeners: list[dict[int, Callable[[], object]]] = [{} for _ in range(SLOTS)]

    def heard(self, name: str) -> int:
        """A number that changes with every ring of the name. Take it before you look at the store."""
        return self._last[hash(name) % SLOTS]

    def ring(self, names: Iterable[str]) -> None:
        """Wake whoever listens to one of the names."""
        for slot in {hash(name) % SLOTS for name in names}:
            self._last[slot] = next(self._tickets)
            for call in tuple(self._listeners[slot].values()):
                call()

    def listen(self, name: str, heard: int, call: Callable[[], object]) -> Callable[[], object]:
        """Call `call` at each ring of the name after `heard`, from whatever thread rings.

        If it has rung since, `call` is called at once. Returns what ends the listening.
        """
        slot, key = hash(name) % SLOTS, next(self._keys)
        self._listeners[slot][key] = call
        if self._last[slot] != heard:
            call()
        return lambda: self._listeners[slot].pop(key, None)

    def wait(self, name: str, heard: int, seconds: float) -> None:
        """Block until the name rings, if it has not since `heard`, but not longer than so many seconds."""
        rung = threading.Event()
        stop = self.listen(name, heard, rung.set)
        try:
            rung.wait(max(seconds, 0.0))
        finally:
            stop()

    async def wait_async(self, name: str, heard: int, seconds: float) -> None:
        """The same on an event loop, which is left free; it gets its turn even when nothing is waited for."""
        if seconds <= 0.0 or self.heard(name) != heard:
            await asyncio.sleep(0)
            return
        loop, here = asyncio.get_running_loop(), threading.get_ident()
        rung = loop.create_future()

        def wake() -> None:
            if not rung.done():
                rung.set_result(None)

        def call() -> None:
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
                if threading.get_ident() == here:
                    wake()
                else:
                    loop.call_soon_threadsafe(wake)

        stop, end = self.listen(name, heard, call), loop.call_later(seconds, wake)
        try:
            await rung
        finally:
            stop()
            end.cancel()
