"""Gate: lets the time pass that following a run asks for, as the controls say.

Where the service's time stands still while nobody waits, holding a wait holds the run. A wait is passed in
slices there, so that a pause, a step or another speed takes hold at once. While a person is asked about a
call, and the pace is not 0, time goes on: a run can expire before one's eyes. At pace 0 it does so only where
nobody is there to answer. Nothing else that is real, such as a tool at work, moves that time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from threadlab.objects.event import Wait
from threadlab.objects.run import Run
from threadlab.objects.stepping import Stepping
from threadlab.widgets.watching.controls import Controls

LOOK_UP = 1.0
"""Real seconds between two looks at the clock while something real is waited for."""


class Watching(Protocol):
    """Whoever watches the run."""

    @property
    def run(self) -> Run:
        """The run as it was last seen."""
        ...

    @property
    def asks(self) -> bool:
        """Whether a person's answer is missing."""
        ...

    def time_passed(self) -> None:
        """The clock is on, though nothing happened."""
        ...


class Gate:
    """What `follow_async` takes as its `let_pass`. Made and used on one event loop.

    `cancel_wished` is set when somebody pressed Cancel; whoever carries that out clears it.
    """

    def __init__(self, watching: Watching, controls: Controls) -> None:
        self._watching = watching
        self._controls = controls
        self._time = watching.run.service.time
        self._stepping: Stepping | None = watching.run.service.stepping
        self._looks = False
        self._told = asyncio.Event()
        self.cancel_wished = asyncio.Event()
        loop = asyncio.get_running_loop()
        controls.told = lambda: loop.call_soon_threadsafe(self._told.set)
        controls.cancel_wished = lambda: loop.call_soon_threadsafe(self.cancel_wished.set)

    async def let_pass(self, wait: Wait) -> None:
        """The time of that wait, or less when an early look is wanted."""
        if wait.until is not None:
            await self._until_done(wait, asyncio.wrap_future(wait.until))
        elif self._stepping is None:
            await self._either(self._time.sleep_async(wait.seconds))
            await self.while_held()
        else:
            await self._until(self._time.now() + wait.seconds, self._stepping)

    async def while_held(self) -> None:
        """Come back when the pause is over, or a step is to be made."""
        while self._controls.pacing.is_held:
            self._told.clear()
            await self._told.wait()

    def look(self) -> None:
        """Wait for nothing real any longer: there is something to be seen at the service."""
        self._looks = True
        self._told.set()

    async def _until(self, instant: float, stepping: Stepping) -> None:
        """Until that instant of a clock that only waiting moves, or until a step has moved the run."""
        while True:
            await self.while_held()
            if self._controls.pacing.steps:
                stepping.press(self._watching.run)
                self._controls.stepped()
                return
            left = instant - self._time.now()
            if not stepping.pace:
                await self._time.sleep_async(left)
                return
            await self._either(self._time.sleep_async(self._controls.pacing.slice(left)))
            if self._time.now() >= instant:
                return
            self._watching.time_passed()

    async def _until_done(self, wait: Wait, done: asyncio.Future[Any]) -> None:
        """Until something real is done; a pause holds what comes after it."""
        clock = asyncio.get_running_loop().time
        ends = clock() + wait.seconds
        self._looks = False
        while not (done.done() or clock() >= ends or self._looks or self._is_over()):
            await self._either(self._some_time(ends - clock()), done)
            self._watching.time_passed()
            if self._controls.pacing.is_held:
                await self.while_held()
                ends = clock() + wait.seconds
        await self.while_held()
        self._controls.stepped()

    def _is_over(self) -> bool:
        """Whether the run's life time has passed, by a clock that is moved here."""
        expires_at = self._watching.run.expires_at
        return self._moves_time and expires_at is not None and self._time.now() >= expires_at

    @property
    def _moves_time(self) -> bool:
        """Whether time is to pass here: somebody is asked, and nobody holds the run."""
        if self._stepping is None or self._controls.pacing.paused:
            return False
        if self._stepping.pace == 0 and self._controls.attended:
            return False
        return self._watching.asks

    async def _some_time(self, seconds: float) -> None:
        """A slice of time, by the service's clock where that is moved here."""
        if not self._moves_time:
            await asyncio.sleep(min(seconds, LOOK_UP))
            return
        passing = self._controls.pacing.slice(float("inf"))
        if (expires_at := self._watching.run.expires_at) is not None:
            passing = min(passing, expires_at - self._time.now())
        await self._time.sleep_async(passing)

    async def _either(
        self, passing: Coroutine[Any, Any, object], done: asyncio.Future[Any] | None = None
    ) -> None:
        """Until that is past, or done, or somebody pressed something."""
        self._told.clear()
        waits = {asyncio.ensure_future(passing), asyncio.ensure_future(self._told.wait())}
        try:
            await asyncio.wait(waits | {done} if done else waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
