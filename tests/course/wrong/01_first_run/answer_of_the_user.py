"""Takes the user's own message for the answer.

Caught by: The answer is the text that the agent wrote
"""

from __future__ import annotations

from threadlab import Agent, Lab, Thread, wait


def ask(lab: Lab, agent: Agent, question: str, thread: Thread | None = None) -> tuple[str, Thread]:
    """Return the oldest message of the thread."""
    thread = thread or lab.threads.create()
    lab.messages.create(thread.id, content=question)
    wait(lab.runs.create(thread.id, agent.id))
    oldest = next(iter(lab.messages.list(thread.id, order="asc")))
    return oldest.text, thread
