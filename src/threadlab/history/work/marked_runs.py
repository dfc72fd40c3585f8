"""Marked runs: each thread, message and run made for an agent call says for which user run and path.

So what a process made just before it died is found at the service, though its log never heard of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile

from threadlab.errors import NotFound
from threadlab.objects.run import Run
from threadlab.service.port import AgentService

USER_RUN = "threadlab.user_run"
PATH = "threadlab.path"
SLACK = 2.0
"""Seconds by which an object's time, a whole number, may be before the fact that led to it."""


def marked(user_run: str, path: str) -> dict[str, str]:
    """The metadata of what is made for an agent call."""
    return {USER_RUN: user_run, PATH: path}


def run_marked(
    lab: AgentService, user_run: str, path: str, thread_id: str | None, *, since: float
) -> tuple[Run, str] | None:
    """The run of that agent call, and the id of its prompt; None if there is none.

    Looked for on `thread_id` and on the threads that were made for the call, all no older than `since`
    (Unix seconds).
    """
    marks = marked(user_run, path)
    for thread in (*([thread_id] if thread_id else []), *_threads_marked(lab, marks, since)):
        try:
            runs = lab.runs.list(thread, order="desc")
            recent = takewhile(lambda run: run.created_at >= since - SLACK, runs)
            run = next((one for one in recent if _is_marked(one.metadata, marks)), None)
        except NotFound:
            continue
        if run is not None:
            messages = lab.messages.list(thread, order="desc")
            prompt = next((one.id for one in messages if _is_marked(one.metadata, marks)), "")
            return run, prompt
    return None


def _threads_marked(lab: AgentService, marks: Mapping[str, str], since: float) -> Iterator[str]:
    newest_first = lab.threads.list(order="desc")
    recent = takewhile(lambda thread: thread.created_at >= since - SLACK, newest_first)
    return (thread.id for thread in recent if _is_marked(thread.metadata, marks))


def _is_marked(metadata: Mapping[str, str], marks: Mapping[str, str]) -> bool:
    return all(metadata.get(name) == value for name, value in marks.items())
