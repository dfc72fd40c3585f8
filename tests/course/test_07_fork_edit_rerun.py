"""Exercise 7, judged on random conversations: what stands where afterwards, and what went over the wire."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from textwrap import shorten
from types import ModuleType
from typing import cast

from threadlab import Agent, Lab, Message, Run, Thread, ThreadlabError, wait
from threadlab.course.chance import Chance
from threadlab.course.checks import check, observe

SUBJECTS = ("an agent", "a message", "a run", "a run step", "a thread", "a token", "a tool")
TONES = (
    "Answer in one sentence.", "Answer in at most five words.", "Answer like a pirate.",
    "Answer like a butler.", "Answer in upper case.", 'End with "Good luck."',
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that an agent had on a thread, and all that was said in it, oldest first."""

    agent: Agent
    thread: Thread
    said: tuple[Message, ...]

    def up_to(self, at: Message) -> tuple[Message, ...]:
        """What was said before that message, and the message."""
        return self.said[: [message.id for message in self.said].index(at.id) + 1]

    def asked(self, chance: Chance) -> Message:
        """A message of the user, with messages before it and answers behind it."""
        return chance.choice([message for message in self.said[2:-2] if message.role == "user"])


def test_a_fork_is_a_thread_of_its_own(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """A fork is a new thread, and whatever is said for it is said there"""
    talk = _talk(lab, chance)
    seen = observe(lab, partial(answer.fork, lab, talk.thread, talk.asked(chance), _edit(chance)))
    made = _thread(seen.result)
    check(
        made.id != talk.thread.id,
        expected="another thread than the one that is forked",
        seen=f"the same one, {made.id}",
        try_next="two ways to go on need two places to stand: what can hold the second?",
    )
    elsewhere = {call.thread_id for call in seen.all("create message")} - {made.id}
    check(
        not elsewhere,
        expected=f"messages for thread {made.id} only",
        seen=f"messages for {', '.join(sorted(str(one) for one in elsewhere))} too",
        try_next="which thread do you add to?",
    )


def test_what_was_said_before_is_said_again(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Before the edit, a fork says what the original says, in the same order"""
    talk = _talk(lab, chance)
    at = talk.asked(chance)
    wanted = [message.text for message in talk.up_to(at)[:-1]]
    texts = [message.text for message in _said(lab, answer.fork(lab, talk.thread, at, _edit(chance)))]
    check(
        texts[: len(wanted)] == wanted,
        expected=f"first the {len(wanted)} texts that stand before the place, the oldest of the thread first",
        seen=_beginning(texts, wanted),
        try_next="read the fork aloud from its beginning: is it the conversation as it was?",
    )


def test_each_message_has_its_speaker(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """In a fork each message is said by whoever said it"""
    talk = _talk(lab, chance)
    at = talk.asked(chance)
    before = talk.up_to(at)[:-1]
    said = _said(lab, answer.fork(lab, talk.thread, at, _edit(chance)))[: len(before)]
    for number, (one, other) in enumerate(zip(before, said, strict=False), start=1):
        check(
            one.role == other.role,
            expected=f"message {number} by the {one.role}: {_short(one)}",
            seen=f"by the {other.role}",
            try_next="what does a message know of itself beside its text?",
        )


def test_nothing_stands_behind_the_edit(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """The edit stands in the place of the old text, and nothing behind it: that is still to be made"""
    talk = _talk(lab, chance)
    at, edit = talk.asked(chance), _edit(chance)
    made = answer.fork(lab, talk.thread, at, edit)
    said = _said(lab, made)
    place = len(talk.up_to(at))
    check(
        len(said) == place and said[-1].text == edit and said[-1].role == "user",
        expected=f"{place} messages, and the last is the user's: {edit!r}",
        seen=f"{len(said)}, and the last is the {said[-1].role}'s: {_short(said[-1])}" if said else "none",
        try_next="the old answer was given to the old words: would you believe it here?",
    )
    run = wait(lab.runs.create(made.id, talk.agent.id))
    check(
        len(run.messages()) == 1,
        expected="an agent that can answer on the fork",
        seen=f"the run is {run.status}",
        try_next="ask an agent something on the new thread, and see what it says",
    )


def test_a_long_conversation_comes_along(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Of a long conversation nothing is left behind"""
    thread = lab.threads.create()
    said = _fill(lab, thread, chance, chance.randint(225, 240))
    at = [message for message in said[-20:] if message.role == "user"][-1]
    wanted = said.index(at) + 1
    texts = [message.text for message in _said(lab, answer.fork(lab, thread, at, at.text))]
    check(
        texts == [message.text for message in said[:wanted]],
        expected=f"all {wanted} messages up to the place",
        seen=f"{len(texts)} messages, of which {len(set(texts) & {one.text for one in said})} are right",
        try_next="lesson 3: in what pieces does a long list come?",
    )


def test_the_original_goes_on(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """After a fork, whoever talks on the original thread can go on there"""
    talk = _talk(lab, chance)
    answer.fork(lab, talk.thread, talk.asked(chance), _edit(chance))
    try:
        lab.messages.create(talk.thread.id, content=f"What is {chance.choice(SUBJECTS)}?")
        seen = wait(lab.runs.create(talk.thread.id, talk.agent.id)).status
    except ThreadlabError as problem:
        seen = problem.message
    check(
        seen == "completed",
        expected=f"a question and its answer on thread {talk.thread.id}",
        seen=seen,
        try_next="a fork is one way more, and takes none away",
    )


def test_the_original_stays(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """After two forks and a run on each, the original is what it was, to the letter"""
    talk = _talk(lab, chance)
    before = _letters(lab, talk.thread)
    for _ in range(2):
        made = answer.fork(lab, talk.thread, talk.asked(chance), _edit(chance))
        wait(lab.runs.create(_thread(made).id, talk.agent.id))
        after = _letters(lab, talk.thread)
        check(
            after == before,
            expected=f"thread {talk.thread.id} with its metadata, messages and runs as before",
            seen=_change(before, after),
            try_next="what there is to say of a fork, say on the fork: the original may have many",
        )


def test_a_fork_says_where_it_comes_from(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """A fork says which thread and which message it comes from, and so does the fork of a fork"""
    talk = _talk(lab, chance)
    place, at = talk.thread, talk.asked(chance)
    for _ in range(2):
        made = _thread(answer.fork(lab, place, at, _edit(chance)))
        told = dict(lab.threads.get(made.id).metadata)
        check(
            told.get("forked_from") == place.id and told.get("forked_at") == at.id,
            expected=f"metadata that names the thread {place.id} and the message {at.id}",
            seen=f"{told or 'no metadata'}",
            try_next="nobody can see later where two conversations part, unless it is written down: on what?",
        )
        place = made
        at = chance.choice([message for message in _said(lab, made) if message.role == "user"])


def test_any_message_can_be_the_place(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Without an edit, everything is said again up to any message, the user's or the agent's, and with it"""
    talk = _talk(lab, chance)
    for role in ("user", "assistant"):
        at = chance.choice([message for message in talk.said[:-1] if message.role == role])
        wanted = [(message.role, message.text) for message in talk.up_to(at)]
        said = _said(lab, answer.fork(lab, talk.thread, at))
        check(
            [(message.role, message.text) for message in said] == wanted,
            expected=f"{len(wanted)} messages, the last one by the {role}: {_short(at)}",
            seen=f"{len(said)}, the last one by the {said[-1].role}: {_short(said[-1])}" if said else "none",
            try_next="is the message at the place part of what was said, when nobody edits it?",
        )


def test_no_try_reads_another(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Each of the instructions is tried in a place of its own, where nothing else has been answered"""
    talk, told = _talk(lab, chance), chance.sample(TONES, 3)
    at = talk.asked(chance)
    wanted = [message.text for message in talk.up_to(at)]
    runs = _runs(answer.try_instructions(lab, talk.agent, talk.thread, at, told), told)
    for number, run in enumerate(runs, start=1):
        read = _read_by(lab, run)
        check(
            [message.text for message in read] == wanted,
            expected=f"run {number} to read the {len(wanted)} messages up to {_short(at)}",
            seen=f"it has read {len(read)} messages" + (f", the last is {_short(read[-1])}" if read else ""),
            try_next="what the first run answers is in its thread: who reads it next?",
        )


def test_only_the_instructions_differ(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Only the instructions differ: one agent, which stays as it is, and a run for each in its order"""
    talk, told = _talk(lab, chance), chance.sample(TONES, 3)
    at, before = talk.asked(chance), _letters(lab, talk.thread)
    runs = _runs(answer.try_instructions(lab, talk.agent, talk.thread, at, told), told)
    for words, run in zip(told, runs, strict=True):
        check(
            run.instructions == words and run.status == "completed",
            expected=f"a run that was told {words!r} and is completed",
            seen=f"one that was told {run.instructions!r} and is {run.status}",
            try_next="print run.instructions and run.status of each",
        )
    agents = {run.agent_id for run in runs}
    now = lab.get_agent(talk.agent.id)
    check(
        agents == {talk.agent.id} and now.instructions == talk.agent.instructions,
        expected=f"runs of agent {talk.agent.id}, whose instructions are still {talk.agent.instructions!r}",
        seen=f"runs of {', '.join(sorted(agents))}; the instructions are {now.instructions!r}",
        try_next="whoever asks this agent next wants it as it was: for whom should the other words hold?",
    )
    check(
        _letters(lab, talk.thread) == before,
        expected=f"thread {talk.thread.id} as it was",
        seen=_change(before, _letters(lab, talk.thread)),
        try_next="where did the runs run?",
    )


def _talk(lab: Lab, chance: Chance) -> Talk:
    """A few random questions, and what the agent answered, on a thread that carries metadata of its own."""
    agent = lab.create_agent(name="guide", instructions=f"You work for {chance.name()}.")
    thread = lab.threads.create(metadata={"owner": chance.name()})
    for subject in chance.sample(SUBJECTS, chance.randint(4, 5)):
        lab.messages.create(thread.id, content=f"What is {subject}, and what is {chance.number()} to it?")
        wait(lab.runs.create(thread.id, agent.id))
    return Talk(agent, thread, _said(lab, thread))


def _short(message: Message) -> str:
    return repr(shorten(message.text, 60, placeholder=" …"))


def _fill(lab: Lab, thread: Thread, chance: Chance, count: int) -> list[Message]:
    """So many short messages, by either side."""
    return [
        lab.messages.create(
            thread.id, role=chance.choice(("user", "assistant")), content=f"{number}: {chance.city()}"
        )
        for number in range(count)
    ]


def _edit(chance: Chance) -> str:
    return f"My town is {chance.city()}, number {chance.number()}."


def _thread(made: object) -> Thread:
    check(
        isinstance(made, Thread),
        expected="the new thread, as lab.threads gives it",
        seen=f"{made!r}",
        try_next="what does the function return?",
    )
    return cast(Thread, made)


def _said(lab: Lab, thread: Thread) -> tuple[Message, ...]:
    return tuple(lab.messages.list(_thread(thread).id, order="asc", limit=100))


def _runs(made: object, told: Sequence[str]) -> list[Run]:
    found = list(made) if isinstance(made, Sequence) else []
    is_right = len(found) == len(told) and all(isinstance(one, Run) for one in found)
    check(
        is_right,
        expected=f"{len(told)} runs, one for each of the instructions",
        seen=f"{made!r}"[:200],
        try_next="what does the function return?",
    )
    return found


def _read_by(lab: Lab, run: Run) -> list[Message]:
    """The messages that stand before what the run wrote."""
    return list(takewhile(lambda one: one.run_id != run.id, lab.messages.list(run.thread_id, order="asc")))


def _letters(lab: Lab, thread: Thread) -> dict[str, str]:
    """A thread as the service tells it, in pieces, each to the letter."""
    sdk, id = lab.sdk, thread.id
    told = {
        "metadata": [sdk.threads.get(id).as_dict()],
        "messages": [one.as_dict() for one in sdk.messages.list(thread_id=id, order="asc")],
        "runs": [one.as_dict() for one in sdk.runs.list(thread_id=id)],
    }
    return {piece: json.dumps(value, sort_keys=True) for piece, value in told.items()}


def _change(before: dict[str, str], after: dict[str, str]) -> str:
    return f"other {' and '.join(piece for piece in before if before[piece] != after[piece])}"


def _beginning(texts: Sequence[str], wanted: Sequence[str]) -> str:
    if list(reversed(texts))[-len(wanted) :] == list(wanted) or sorted(texts[: len(wanted)]) == sorted(
        wanted
    ):
        return "the right texts in another order"
    pairs = enumerate(zip(texts, wanted, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), len(texts))
    return f"{len(texts)} messages, of which the first {same} are right"
