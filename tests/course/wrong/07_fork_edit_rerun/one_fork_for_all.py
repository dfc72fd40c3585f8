"""Tries all instructions on one fork: from the second on, each reads the answers before it.

Caught by: Each of the instructions is tried in a place of its own, where nothing else has been answered
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
    return made


def try_instructions(
    lab: Lab, agent: Agent, thread: Thread, at: Message, instructions: Sequence[str]
) -> list[Run]:
    """A fork, and all runs on it."""
    place = fork(lab, thread, at)
    return [wait(lab.runs.create(place.id, agent.id, instructions=told)) for told in instructions]
