"""Writes on the original that it was forked, and over what stood there.

Caught by: After two forks and a run on each, the original is what it was, to the letter
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab import Agent, Lab, Message, Run, Thread, wait


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """Up to the place, with it."""
    made = lab.threads.create(metadata={"forked_from": thread.id, "forked_at": at.id})
    for message in lab.messages.list(thread.id, order="asc"):
        if message.id == at.id:
            lab.messages.create(made.id, role=at.role, content=message.text if edit is None else edit)
            break
        lab.messages.create(made.id, role=message.role, content=message.text)
    lab.threads.update(thread.id, metadata={"forked_to": made.id})
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
