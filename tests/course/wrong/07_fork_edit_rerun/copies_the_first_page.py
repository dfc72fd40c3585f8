"""Reads one page, and takes it for the conversation.

Caught by: Of a long conversation nothing is left behind
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from threadlab import Agent, Lab, Message, Run, Thread, wait


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """Up to the place, with it, as far as a page goes."""
    made = lab.threads.create(metadata={"forked_from": thread.id, "forked_at": at.id})
    for message in islice(lab.messages.list(thread.id, order="asc", limit=100), 100):
        if message.id == at.id:
            break
        lab.messages.create(made.id, role=message.role, content=message.text)
    lab.messages.create(made.id, role=at.role, content=at.text if edit is None else edit)
    return made


def try_instructions(
    lab: Lab, agent: Agent, thread: Thread, at: Message, instructions: Sequence[str]
) -> list[Run]:
    """A fork and a run for each."""
    places = [fork(lab, thread, at) for _ in instructions]
    return [
        wait(lab.runs.create(place.id, agent.id, instructions=told))
        for place, told in zip(places, instructions, strict=True)
    ]
