"""Copies the whole conversation with one text changed: the old answer stands below the new words.

Caught by: The edit stands in the place of the old text, and nothing behind it: that is still to be made
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab import Agent, Lab, Message, Run, Thread, wait


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """All of it, with the edit in its place."""
    made = lab.threads.create(metadata={"forked_from": thread.id, "forked_at": at.id})
    for message in lab.messages.list(thread.id, order="asc"):
        is_here = message.id == at.id
        text = edit if is_here and edit is not None else message.text
        lab.messages.create(made.id, role=message.role, content=text)
        if is_here and edit is None:
            break
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
