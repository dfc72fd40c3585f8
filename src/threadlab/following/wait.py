"""Wait: follow a run for its end alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from threadlab.following.follow import detaching, follow
from threadlab.following.loop import DEADLINE
from threadlab.following.outcome import check_outcome
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.run_view import RunView, advance, with_requests
from threadlab.objects.event import Event
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.tool_round import AnswersToolCalls


def wait(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
    expect: str | None = None,
) -> Run:
    """The run as it ended, in whatever final status.

    With `expect` ("completed", for one) any other end raises RunNotCompleted, which says why and what to do
    and has the run as `.run`. Other arguments and errors are those of `loop.events`.
    """
    ended = collect(what, tools=tools, deadline=deadline, polling=polling).run
    return ended if expect is None else check_outcome(ended, expect)


def collect(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
    on_event: Callable[[Event], object] | None = None,
) -> RunView:
    """The finished view of the run: statuses, steps, tool calls, messages and requests, once it is over.

    `on_event` is called with every event as it happens.
    """

    def see(view: RunView, event: Event) -> RunView:
        if on_event is not None:
            on_event(event)
        return advance(view, event)

    run = run_of(what)
    with detaching(run):
        view = reduce(see, follow(what, tools=tools, deadline=deadline, polling=polling), RunView(run=run))
    return with_requests(view, run.service.requests(run))
