"""Exercise 1: ask an agent a question, from five calls.

Write `ask`. It puts a question to an agent on a thread, lets the agent run, and returns the answer of
that run, together with the thread, so that the next question can go to the same one.

Try it out:      python exercises/01_first_run.py
Check it:        threadlab check 01
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from threadlab import Agent, Lab, Thread, connect, wait


class Reply(NamedTuple):
    """An answer, and the thread that it stands in."""

    answer: str
    thread: Thread


def ask(lab: Lab, agent: Agent, question: str, thread: Thread | None = None) -> Reply:
    """Ask `agent` on `thread`, or on a new thread when none is given."""
    # TODO 1. without a thread, make one; with one, use it: it holds the state
    # TODO 2. add the question to the thread, as a message of the user
    # TODO 3. start a run of the agent on the thread
    # TODO 4. wait until the run is over
    # TODO 5. read what this run wrote, and return it with the thread
    raise NotImplementedError("ask() is still to be written")


def main() -> None:
    """Two questions on one thread."""
    with connect(seed=1) as lab:
        agent = lab.create_agent(name="helper", instructions="You are a friendly helper. Answer briefly.")
        first = ask(lab, agent, "Hello! My name is Ada, and my favourite colour is green.")
        print(f"agent: {first.answer}")
        second = ask(lab, agent, "What is my favourite colour?", first.thread)
        print(f"agent: {second.answer}")
        lab.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")

# starter f244f930e4b2
