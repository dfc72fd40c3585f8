"""Says everything again in the order in which a list comes unless one asks: backwards.

Caught by: Before the edit, a fork says what the original says, in the same order
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab import Agent, Lab, Message, Run, Thread, wait


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """Up to the place, with it."""
    made = lab.threads.create(metadata={"forked_from": thread.id, "forked_at": at.id})
    messages = list(lab.messages.list(thread.id))
    place = [message.id for message in messages].index(at.id)
    for message in messages[place + 1 :]:
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
