"""Sorts by the time of the messages, which is told in whole seconds.

Caught by: Messages that were added within one second keep their order
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
    """Sorted by time."""
    fitting: list[Message] = []
    for message in lab.messages.list(thread.id):
        budget -= tokens(message)
        if budget < 0:
            break
        fitting.append(message)
    return sorted(fitting, key=lambda message: message.created_at)
