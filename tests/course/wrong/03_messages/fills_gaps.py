"""Leaves a long message out and goes on with shorter ones before it.

Caught by: As much is kept as the budget holds, the newest, and nothing is left out in between
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
    """As many as can be made to fit."""
    fitting: list[Message] = []
    for message in lab.messages.list(thread.id):
        if tokens(message) <= budget:
            budget -= tokens(message)
            fitting.insert(0, message)
    return fitting
