"""Takes the first answer of the thread, whichever run wrote it.

Caught by: Each answer is that of its own run, however long the thread is
"""

from __future__ import annotations

from threadlab import Agent, Lab, Thread, wait


def ask(lab: Lab, agent: Agent, question: str, thread: Thread | None = None) -> tuple[str, Thread]:
    """Return the agent's first message, as one does who reverses a list without thinking."""
    thread = thread or lab.threads.create()
    lab.messages.create(thread.id, content=question)
    wait(lab.runs.create(thread.id, agent.id))
    newest_first = list(lab.messages.list(thread.id))
    answers = [message for message in reversed(newest_first) if message.role == "assistant"]
    return answers[0].text, thread
