"""Reverses what is in the right order already.

Caught by: With room for all, the history is the whole conversation, oldest first
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
    """Read in the order of time, then turned."""
    fitting: list[Message] = []
    for message in reversed(list(lab.messages.list(thread.id, order="asc"))):
        budget -= tokens(message)
        if budget < 0:
            break
        fitting.append(message)
    return fitting
