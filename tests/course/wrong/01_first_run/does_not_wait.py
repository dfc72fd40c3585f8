"""Reads the messages as soon as the run is created.

Caught by: The messages are read when the run is over, not before
"""

from __future__ import annotations

from threadlab import Agent, Lab, Thread


def ask(lab: Lab, agent: Agent, question: str, thread: Thread | None = None) -> tuple[str, Thread]:
    """Return whatever is there."""
    thread = thread or lab.threads.create()
    lab.messages.create(thread.id, content=question)
    run = lab.runs.create(thread.id, agent.id)
    written = [message.text for message in run.messages()]
    return "\n\n".join(written), thread
