"""Follow: the loop with its waits taken care of, for a plain `for` and for `async for`.

Waiting is not owning. Leaving the loop, by `break`, Ctrl-C or a cancelled task, leaves the run alone; the
error then says so. `run.cancel()` is the one way to end a run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent import futures
from contextlib import closing, contextmanager, suppress

from threadlab.following.loop import DEADLINE, events
from threadlab.following.patience import Asking
from threadlab.following.polling import STANDARD, Polling
from threadlab.objects.event import Event, Wait
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.time import Time
from threadlab.objects.tool_round import AnswersToolCalls


def follow(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
) -> Iterator[Event]:
    """A run's events as they happen, `Ended` last. Blocks in between.

    `follow(run)` polls, `follow(lab.runs.stream(...))` reads the stream: the events are the same, and a
    stream tells the growing text besides. Arguments and errors are those of `loop.events`.
    """
    run = run_of(what)
    with detaching(run), closing(events(what, tools=tools, deadline=deadline, polling=polling)) as steps:
        for step in steps:
            if isinstance(step, Wait):
                _let_pass(step, run.service.time)
            else:
                yield step


async def follow_async(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
    offload: bool = False,
    let_pass: Callable[[Wait], Awaitable[None]] | None = None,
) -> AsyncIterator[Event]:
    """A run's events as they happen, leaving the event loop free between them.

    With `offload` every request to the service is made on a worker thread: for a service across a network,
    whose SDK blocks. A local one answers at once and needs none. A stream says itself whether it blocks.
    `let_pass` lets the time of a `Wait` pass, and may hold it, or cut it short for an early look; without
    one, that is left to the service's clock.
    """
    run = run_of(what)
    offload = offload or (not isinstance(what, Run) and what.blocks)
    steps = events(what, tools=tools, deadline=deadline, polling=polling)
    try:
        with detaching(run):
            while (step := await _next(steps, offload)) is not None:
                if not isinstance(step, Wait):
                    yield step
                elif let_pass is not None:
                    await let_pass(step)
                else:
                    await _let_pass_async(step, run.service.time)
    finally:
        with suppress(ValueError):  # it is still in a request on its thread, and is closed after that
            steps.close()


@contextmanager
def detaching(run: Run) -> Iterator[None]:
    """Say in an interrupt's traceback that the run goes on, and how to come back to it."""
    try:
        yield
    except (KeyboardInterrupt, asyncio.CancelledError) as stopped:
        if not getattr(stopped, "__notes__", None):
            stopped.add_note(
                f"Stopped watching run {run.id}; the run itself goes on. "
                "Follow it again to see the rest, or end it with run.cancel()."
            )
        raise


async def _next(steps: Asking[None], offload: bool) -> Event | Wait | None:
    return await asyncio.to_thread(next, steps, None) if offload else next(steps, None)


def _let_pass(wait: Wait, time: Time) -> None:
    if wait.until is None:
        time.sleep(wait.seconds)
    else:
        futures.wait([wait.until], timeout=wait.seconds)


async def _let_pass_async(wait: Wait, time: Time) -> None:
    if wait.until is None:
        await time.sleep_async(wait.seconds)
    else:
        await asyncio.wait([asyncio.wrap_future(wait.until)], timeout=wait.seconds)
