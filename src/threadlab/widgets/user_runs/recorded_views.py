"""Recorded views: the run views of a user run's agent calls, folded again from its log.

Following folded the very same events while they happened, so the cards are those that were seen then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from threadlab.following.run_view import RunView, advance
from threadlab.journal.fact import CallEnded, CallTied, Entry, Observed
from threadlab.objects.event import Ended
from threadlab.objects.run import Run


def run_views(entries: Iterable[Entry]) -> Mapping[str, RunView]:
    """The view of each run that the service made, by its id."""
    views: dict[str, RunView] = {}
    runs: dict[str, str] = {}  # the run that is being followed at each path
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, CallTied):
            runs[fact.path] = fact.run_id
            views[fact.run_id] = RunView(run=_new_run(fact))
        elif isinstance(fact, Observed) and fact.path in runs:
            run_id = runs[fact.path]
            views[run_id] = advance(views[run_id], fact.event)
        elif isinstance(fact, CallEnded) and fact.path in runs:
            run_id = runs.pop(fact.path)
            views[run_id] = advance(views[run_id], Ended(at=entry.at, run=views[run_id].run))
    return views


def _new_run(tied: CallTied) -> Run:
    """The run as far as it is known before the first look at it."""
    return Run(id=tied.run_id, thread_id=tied.thread_id, agent_id="", status="queued")
