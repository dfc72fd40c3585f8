"""Reads one page and takes it for the thread.

Caught by: A thread of 250 messages is read to its end, page by page
"""

from __future__ import annotations

from itertools import islice

from threadlab import Lab, Message, Run, Thread


def tokens(message: Message) -> int:
    """Four characters each."""
    return -(-len(message.text) // 4)


def answer_of(lab: Lab, run: Run) -> str:
    """What this run wrote."""
    return "\n\n".join(message.text for message in run.messages())


def history(lab: Lab, thread: Thread, budget: int) -> list[Message]:
    """The newest hundred, as far as they fit."""
    fitting: list[Message] = []
    for message in islice(lab.messages.list(thread.id, limit=100), 100):
        budget -= tokens(message)
        if budget < 0:
            break
        fitting.insert(0, message)
    return fitting
