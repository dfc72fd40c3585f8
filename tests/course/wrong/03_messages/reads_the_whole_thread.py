"""Reads everything first, however little of it has room.

Caught by: A small budget costs a small number of requests, however long the thread is
"""

from __future__ import annotations

from threadlab import Lab, Message, Run, Thread


def tokens(message: Message) -> int:
    """Four characters each."""
    return -(-len(message.text) // 4)


def answer_of(lab: Lab, run: Run) -> str:
    """What this run wrote."""
    return "\n\n".join(message.text for message in run.messages())


def history(lab: Lab, thread: Thread, budget: int) -> list[Message]:
    """All of it, then its end."""
    fitting: list[Message] = []
    for message in list(lab.messages.list(thread.id)):
        budget -= tokens(message)
        if budget < 0:
            break
        fitting.insert(0, message)
    return fitting
