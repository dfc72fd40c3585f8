"""Gives the instructions to the agent, where they stay.

Caught by: Only the instructions differ: one agent, which stays as it is, and a run for each in its order
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
    """A fork and a run for each."""
    runs = []
    for told in instructions:
        lab.update_agent(agent.id, instructions=told)
        runs.append(wait(lab.runs.create(fork(lab, thread, at).id, agent.id)))
    return runs
