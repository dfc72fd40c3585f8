"""Exercise 7: go back to any message, say something else there, and compare what comes of it.

`edit_in_place` is how many programs edit a conversation. Find out what becomes of the conversation, and
write `fork`, which leaves it as it was. Then `try_instructions`: one message, answered under each of them.

Try it out:      python solutions/07_fork_edit_rerun.py
Check it:        threadlab check 07
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from threadlab import Agent, Lab, Message, Run, Thread, connect, wait


def edit_in_place(lab: Lab, thread: Thread, at: Message, edit: str) -> Thread:
    """The thread with another text at that message, or so its author thought. Leave it, find the mistake."""
    lab.messages.update(thread.id, at.id, metadata={"edited": "yes"})
    lab.messages.create(thread.id, content=edit)  # for nobody can change the text of a message
    return thread


def fork(lab: Lab, thread: Thread, at: Message, edit: str | None = None) -> Thread:
    """A new thread in which everything is said again up to the message `at`, with it, and nothing after it.

    With `edit`, this text stands in the place of the user's message `at`. `thread` stays as it was, to the
    letter. The new thread's metadata says where it comes from: `forked_from` is the id of the thread, and
    `forked_at` that of the message.
    """
    # >>> solution
    # 1. a new thread, which says where it comes from
    made = lab.threads.create(metadata={"forked_from": thread.id, "forked_at": at.id})
    # 2. say everything again, the oldest first, each message by whoever said it
    for message in lab.messages.list(thread.id, order="asc"):
        text = edit if edit is not None and message.id == at.id else message.text
        lab.messages.create(made.id, role=message.role, content=text)
        # 3. stop at the place: what was said after it was said about other words
        if message.id == at.id:
            break
    return made
    # <<< solution


def try_instructions(
    lab: Lab, agent: Agent, thread: Thread, at: Message, instructions: Sequence[str]
) -> list[Run]:
    """For each of the instructions, in their order, a run that has answered the user's message `at`.

    All of them are over. Only the instructions differ: it is the same agent, which stays as it is, and each
    run reads what was said up to `at` and nothing else. `thread` stays as it was.
    """
    # >>> solution
    runs: list[Run] = []
    for told in instructions:
        # 1. a place of its own for each, or the second run reads the first one's answer
        place = fork(lab, thread, at)
        # 2. a run can be given instructions that hold for it alone
        runs.append(wait(lab.runs.create(place.id, agent.id, instructions=told)))
    return runs
    # <<< solution


def main() -> None:
    """One conversation, its fork, and three instructions."""
    with connect(seed=7) as lab:
        agent = lab.create_agent(name="guide", instructions="Answer briefly.")
        thread = lab.threads.create()
        for question in ("I live in Lisbon.", "What is a run?"):
            asked = lab.messages.create(thread.id, content=question)
            wait(lab.runs.create(thread.id, agent.id))
        first = next(lab.messages.list(thread.id, order="asc"))

        spoiled = lab.threads.create()
        said = lab.messages.create(spoiled.id, content="I live in Lisbon.")
        wait(lab.runs.create(spoiled.id, agent.id))
        edit_in_place(lab, spoiled, said, "I live in Bergen.")
        print("edited in place:", [one.text for one in lab.messages.list(spoiled.id, order="asc")])

        other = fork(lab, thread, first, "I live in Bergen.")
        for place in (thread, other):
            lab.messages.create(place.id, content="Where do I live?")
            run = wait(lab.runs.create(place.id, agent.id))
            print(place.id, place.metadata, run.messages()[-1].text)

        told = ("Answer in one sentence.", "Answer in at most six words.", "Answer like a pirate, briefly.")
        for words, run in zip(told, try_instructions(lab, agent, thread, asked, told), strict=True):
            print(f"\n{words}\n  {run.messages()[-1].text}")
        lab.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")
