"""Watch: a run before the learner's eyes, and the one awaitable of threadlab.

    run = await watch(run, tools=toolbox)

The cell must be an awaited one for its buttons to work: a kernel handles presses between the waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from threadlab.errors import Refused
from threadlab.following.follow import detaching, follow_async
from threadlab.following.loop import DEADLINE
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.run_view import RunView, advance, with_requests
from threadlab.objects.event import Event
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.tool_round import AnswersToolCalls
from threadlab.widgets.displays import Display, current_cell, display_named
from threadlab.widgets.watched_run import WatchedRun, watched


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
    interrupting the cell leaves the run alone; only the Cancel button ends it.
    """
    run = run_of(what)
    loop, wish = asyncio.get_running_loop(), asyncio.Event()
    if display is None or isinstance(display, str):
        display = display_named(display)
    offload = _across_a_network(run)
    events = follow_async(what, tools=tools, deadline=deadline, polling=polling, offload=offload)
    view = with_requests(RunView(run=run), run.service.requests(run))
    display.begin(view, lambda: loop.call_soon_threadsafe(wish.set))
    try:
        with detaching(run):
            async for event in _heeding(wish, events, run, offload):
                view = with_requests(advance(view, event), run.service.requests(run))
                display.update(view)
    finally:
        shown = display.end(view)
    return watched(view, shown_in=current_cell() if shown else None)


async def _heeding(
    wish: asyncio.Event, events: AsyncIterator[Event], run: Run, offload: bool
) -> AsyncIterator[Event]:
    """The events; a wish to cancel is carried out as soon as it comes, even between two of them."""
    wished = asyncio.ensure_future(wish.wait())
    coming: asyncio.Future[Event | None] | None = None
    try:
        while True:
            coming = asyncio.ensure_future(_next(events))
            await asyncio.wait({coming, wished}, return_when=asyncio.FIRST_COMPLETED)
            if wish.is_set():
                wish.clear()
                wished = asyncio.ensure_future(wish.wait())
                await _cancel(run, offload)
            if (event := await coming) is None:
                return
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
