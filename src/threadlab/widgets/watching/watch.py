"""Watch: a run before the learner's eyes, and the one awaitable of threadlab.

    run = await watch(run, tools=toolbox)

The cell must be an awaited one for its buttons to work: a kernel handles presses between the waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

from threadlab.errors import Refused
from threadlab.following.follow import detaching, follow_async
from threadlab.following.loop import DEADLINE
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.run_view import RunView, advance, with_requests
from threadlab.objects.event import Event
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.tool_round import AnswersToolCalls
from threadlab.widgets.runs.film import Film
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.displays import Display, attended, current_cell, display_named
from threadlab.widgets.watching.gate import Gate
from threadlab.widgets.watching.watched_run import WatchedRun, watched


async def watch(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
    display: Display | str | None = None,
) -> WatchedRun:
    """Show the run until it is over, and return it as it ended, whatever its status.

    `watch(run)` polls, `watch(lab.runs.stream(...))` reads the stream, and shows the text as it grows.
    `display` is "widgets", "rich", "static", "none" or a `Display`; left out, it suits where this runs.
    The other arguments and the errors are those of `following.loop.events`. Waiting is not owning:
    interrupting the cell leaves the run alone; only the Cancel button ends it. The buttons pause the run, let
    it go on by one step, and set its speed, where its service's time waits for whoever waits; elsewhere a
    pause holds the view alone. `run.scrub()` walks back over what happened.
    """
    run = run_of(what)
    if display is None or isinstance(display, str):
        display = display_named(display)
    controls = Controls(run.service.stepping, attended=attended())
    watching = _Watching(run, display)
    gate = Gate(watching, controls)
    offload = _across_a_network(run)
    events = follow_async(
        what, tools=tools, deadline=deadline, polling=polling, offload=offload, let_pass=gate.let_pass
    )
    display.begin(watching.view, controls)
    try:
        with detaching(run):
            async for event in _heeding(controls, gate, events, run, offload):
                watching.see(event)
    finally:
        shown = display.end(watching.view)
    return watched(watching.view, film=watching.film, shown_in=current_cell() if shown else None)


class _Watching:
    """The view so far, the film of how it came about, and the display that shows them."""

    def __init__(self, run: Run, display: Display) -> None:
        self.display = display
        self.film = Film()
        self.view = with_requests(RunView(run=run), run.service.requests(run))

    @property
    def run(self) -> Run:
        """The run as it was last seen."""
        return self.view.run

    @property
    def asks(self) -> bool:
        """Whether a person's answer is missing."""
        return any(not approval.decision.done() for approval in self.view.approvals)

    def see(self, event: Event) -> None:
        """Something happened."""
        self.view = with_requests(advance(self.view, event), self.run.service.requests(self.run))
        self.film = self.film.after(self.view, event)
        self.display.update(self.view, self.film)

    def time_passed(self) -> None:
        """Nothing happened, but the clock is on."""
        if self.view.began is not None:
            self.display.update(replace(self.view, at=self.run.service.time.now()), self.film)


async def _heeding(
    controls: Controls, gate: Gate, events: AsyncIterator[Event], run: Run, offload: bool
) -> AsyncIterator[Event]:
    """The events; a wish to cancel is carried out as soon as it comes, even between two of them."""
    wished = asyncio.ensure_future(gate.cancel_wished.wait())
    coming: asyncio.Future[Event | None] | None = None
    try:
        while True:
            coming = asyncio.ensure_future(_next(events))
            await asyncio.wait({coming, wished}, return_when=asyncio.FIRST_COMPLETED)
            if gate.cancel_wished.is_set():
                gate.cancel_wished.clear()
                wished = asyncio.ensure_future(gate.cancel_wished.wait())
                await _cancel(run, offload)
                gate.look()
            if (event := await coming) is None:
                return
            if run.service.stepping is None:
                await gate.while_held()
            yield event
    finally:
        wished.cancel()
        if coming is not None and not coming.done():
            coming.cancel()
            await asyncio.wait({coming})


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


async def _cancel(run: Run, offload: bool) -> None:
    with suppress(Refused):  # the run was over before the wish arrived, as the next event tells
        if offload:
            await asyncio.to_thread(run.cancel)
        else:
            run.cancel()


def _across_a_network(run: Run) -> bool:
    """Whether a request to the run's service would keep the event loop waiting."""
    return "in this process" not in run.service.place
