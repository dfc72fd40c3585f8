"""Makes a thread that nobody can tell from any other.

Caught by: A fork says which thread and which message it comes from, and so does the fork of a fork
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab import Agent, Lab, Message, Run, Thread, wait


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """Up to the place, with it."""
    made = lab.threads.create()
    for message in lab.messages.list(thread.id, order="asc"):
        if message.id == at.id:
            lab.messages.create(made.id, role=at.role, content=message.text if edit is None else edit)
            break
        lab.messages.create(made.id, role=message.role, content=message.text)
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
