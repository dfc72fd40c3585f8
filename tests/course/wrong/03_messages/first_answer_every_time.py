"""Turns a list that comes newest first, and so finds the first answer of the thread, every time.

Caught by: An answer is that of its own run, on a thread with many questions
"""

from __future__ import annotations

from threadlab import Lab, Message, Run, Thread


def tokens(message: Message) -> int:
    """Four characters each."""
    return -(-len(message.text) // 4)


def answer_of(lab: Lab, run: Run) -> str:
    """The last message of the agent, or so it was meant."""
    for message in reversed(list(lab.messages.list(run.thread_id))):
        if message.role == "assistant":
            return message.text
    return ""


def history(lab: Lab, thread: Thread, budget: int) -> list[Message]:
    """The newest that fit."""
    fitting: list[Message] = []
    for message in lab.messages.list(thread.id):
        budget -= tokens(message)
        if budget < 0:
            break
        fitting.insert(0, message)
    return fitting
