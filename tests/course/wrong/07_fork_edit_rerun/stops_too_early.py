"""Leaves the place out when there is no edit to stand in it.

Caught by: Without an edit, everything is said again up to any message, the user's or the agent's, and with it
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab import Agent, Lab, Message, Run, Thread, wait


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """Up to the place."""
    made = lab.threads.create(metadata={"forked_from": thread.id, "forked_at": at.id})
    for message in lab.messages.list(thread.id, order="asc"):
        if message.id == at.id:
            break
        lab.messages.create(made.id, role=message.role, content=message.text)
    if edit is not None:
        lab.messages.create(made.id, content=edit)
    return made


def try_instructions(
    lab: Lab, agent: Agent, thread: Thread, at: Message, instructions: Sequence[str]
) -> list[Run]:
    """A fork and a run for each."""
    places = [fork(lab, thread, at, at.text) for _ in instructions]
    return [
        wait(lab.runs.create(place.id, agent.id, instructions=told))
        for place, told in zip(places, instructions, strict=True)
    ]
