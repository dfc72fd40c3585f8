"""Forgets the thread that it was given.

Caught by: Further questions stay on the thread of the first
"""

from __future__ import annotations

from threadlab import Agent, Lab, Thread, wait


def ask(lab: Lab, agent: Agent, question: str, thread: Thread | None = None) -> tuple[str, Thread]:
    """Ask on a new thread, always."""
    thread = lab.threads.create()
    lab.messages.create(thread.id, content=question)
    run = wait(lab.runs.create(thread.id, agent.id))
    return run.messages()[-1].text, thread
