"""The service's thread as a cache of the context: used while it holds exactly that, else made anew.

No service forks a thread. So a fork, an edit in the middle or a summary gets a thread of its own, lazily,
at the first live call, into which the wanted messages are said again; what cannot come along is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from threadlab.errors import NotFound
from threadlab.following.terminal_text import counted
from threadlab.history.contexts.context import Said
from threadlab.history.work.marked_runs import USER_RUN
from threadlab.journal.redaction import Redaction
from threadlab.service.port import AgentService

MOST_FIRST_MESSAGES = 32
"""How many messages a thread may be made with (reference of the Agents API, create thread)."""

PAGE = 100
"""The most messages that one request lists (reference of the Agents API, list messages)."""

MadeThread = tuple[str, tuple[str, ...]]


def thread_holding(
    lab: AgentService, said: tuple[Said, ...], candidate: str | None, metadata: Mapping[str, str]
) -> MadeThread:
    """The id of a thread that holds exactly these messages, and in words what a new one had to leave behind.

    Each message that is said again is marked with the user run that it is from, as its prompts are.
    One request looks whether the `candidate` still does: someone may have added to it, or deleted it. It
    shows the newest hundred messages; who takes older ones out of a longer thread by hand is not noticed.
    """
    if candidate is not None and _holds(lab, candidate, said):
        return candidate, ()
    texts: list[dict[str, Any]] = [
        {"role": one.role, "content": one.text, "metadata": _from(one.user_run or metadata.get(USER_RUN, ""))}
        for one in said
    ]
    thread = lab.threads.create(messages=texts[:MOST_FIRST_MESSAGES] or None, metadata=metadata)
    for text in texts[MOST_FIRST_MESSAGES:]:
        lab.messages.create(thread.id, **text)
    return thread.id, tuple(lost_by_saying_again(said))


def _from(user_run: str) -> dict[str, str]:
    return {USER_RUN: user_run} if user_run else {}


def lost_by_saying_again(said: tuple[Said, ...]) -> Iterator[str]:
    """What does not come along when these messages are said again on another thread, in words."""
    if not said:
        return
    yield f"the ids and times of {counted(len(said), 'message')}"
    if answers := sum(one.role == "assistant" for one in said):
        yield f"the runs and steps behind {counted(answers, 'answer')}: their texts are there"
    for number, one in enumerate(said, 1):
        yield from (f"message {number}: {lost}" for lost in one.without)


def _holds(lab: AgentService, thread_id: str, said: tuple[Said, ...]) -> bool:
    """Whether the newest messages of the thread are these; of a thread of one page that is all of them."""
    hidden = Redaction().text
    try:
        newest = tuple(islice(lab.messages.list(thread_id, limit=PAGE, order="desc"), PAGE))
    except NotFound:
        return False
    there = [(one.role, hidden(one.text)) for one in reversed(newest) if one.text.strip()]
    wanted = [(one.role, hidden(one.text)) for one in said]
    return there == (wanted if len(newest) < PAGE else wanted[-len(there) :])
