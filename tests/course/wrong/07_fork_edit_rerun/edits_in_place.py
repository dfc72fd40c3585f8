"""Says the new words on the old thread, behind everything else.

Caught by: A fork is a new thread, and whatever is said for it is said there
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab import Agent, Lab, Message, Run, Thread, wait


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """The same thread, with the edit at its end."""
    lab.threads.update(thread.id, metadata={"forked_from": thread.id, "forked_at": at.id})
    if edit is not None:
        lab.messages.create(thread.id, content=edit)
    return thread


def try_instructions(
    lab: Lab, agent: Agent, thread: Thread, at: Message, instructions: Sequence[str]
) -> list[Run]:
    """A fork and a run for each."""
    places = [fork(lab, thread, at) for _ in instructions]
    return [
        wait(lab.runs.create(place.id, agent.id, instructions=told))
        for place, told in zip(places, instructions, strict=True)
    ]
