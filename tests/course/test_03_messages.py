"""Exercise 3, judged on threads of random messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType

from threadlab import Lab, Message, Run, Thread, wait
from threadlab.course.chance import Chance
from threadlab.course.checks import Observed, check, observe

PLENTY = 1_000_000
WORDS = ("tide", "harbour", "lantern", "market", "orchard", "station", "violin", "window")


def test_an_answer_is_that_of_its_own_run(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """An answer is that of its own run, on a thread with many questions"""
    agent, thread = lab.create_agent(), lab.threads.create()
    runs = [
        _ask(lab, agent.id, thread, f"What is {chance.number()} plus {chance.number()}?") for _ in range(4)
    ]
    for number, run in chance.sample(list(enumerate(runs, start=1)), len(runs)):
        text = answer.answer_of(lab, run)
        right = "\n\n".join(message.text for message in run.messages())
        others = [place for place, other in enumerate(runs, start=1) if _wrote(other) == text]
        check(
            text == right,
            expected=f"for run {number} of {len(runs)} the text that it wrote: {right!r}",
            seen=f"{text!r}{f', which is the answer of run {others[0]}' if others else ''}",
            try_next="a thread holds the answers of all its runs; each message says which run wrote it",
        )


def test_history_is_in_order(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """With room for all, the history is the whole conversation, oldest first"""
    thread = lab.threads.create()
    said = _fill(lab, thread, chance, chance.randint(5, 9), seconds=1.0)
    _check_same(answer.history(lab, thread, PLENTY), said, "read it aloud: does it begin with the beginning?")


def test_messages_of_one_second_keep_their_order(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Messages that were added within one second keep their order"""
    thread = lab.threads.create()
    said = _fill(lab, thread, chance, chance.randint(6, 12))
    _check_same(
        answer.history(lab, thread, PLENTY),
        said,
        "the time of a message is told in whole seconds: the service's own order knows more",
    )


def test_a_long_thread_is_read_page_by_page(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """A thread of 250 messages is read to its end, page by page"""
    thread = lab.threads.create()
    said = _fill(lab, thread, chance, 250)
    seen = observe(lab, lambda: answer.history(lab, thread, PLENTY))
    _check_same(seen.result, said, "a page holds at most 100 messages: when it is read, there may be another")


def test_the_budget_is_kept_without_a_gap(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """As much is kept as the budget holds, the newest, and nothing is left out in between"""
    thread = lab.threads.create()
    said = _fill(lab, thread, chance, 30)
    tempting = _room_for_an_older_one(said, answer.tokens, chance)
    for budget in (0, tempting, chance.randint(1, 20), chance.randint(21, 90), chance.randint(91, 200)):
        right: list[Message] = []
        room = budget
        for message in reversed(said):
            room -= answer.tokens(message)
            if room < 0:
                break
            right.insert(0, message)
        _check_same(
            answer.history(lab, thread, budget),
            right,
            "go back from the newest, and stop at the first message that has no room",
            f"the newest {len(right)} of {len(said)} messages, for a budget of {budget} tokens",
        )


def test_no_page_is_read_in_vain(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """A small budget costs a small number of requests, however long the thread is"""
    thread = lab.threads.create()
    said = _fill(lab, thread, chance, 130)
    budget = sum(answer.tokens(message) for message in said[-5:])
    seen = observe(lab, lambda: answer.history(lab, thread, budget))
    _check_reads(seen, thread)
    check(
        len(seen.calls) == 1,
        expected="one request: five messages fit, and one page has many more",
        seen=f"{len(seen.calls)} requests: {seen.in_words}",
        try_next="draw messages from the list one by one, and stop drawing when there is no room",
    )


def test_two_threads_never_mix(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Two threads of one lab know nothing of each other"""
    agent = lab.create_agent()
    mine, other = lab.threads.create(), lab.threads.create()
    said: dict[str, list[Message]] = {mine.id: [], other.id: []}
    for _ in range(10):
        thread = chance.choice((mine, other))
        said[thread.id] += _fill(lab, thread, chance, 1)
    for thread in (mine, other):
        seen = observe(lab, partial(answer.history, lab, thread, PLENTY))
        _check_reads(seen, thread)
        _check_same(seen.result, said[thread.id], "which thread's messages did you ask for?")
    lab.messages.create(mine.id, content=f"What is {chance.number()} plus {chance.number()}?")
    run = wait(lab.runs.create(mine.id, agent.id))
    text = answer.answer_of(lab, run)
    check(
        text == _wrote(run),
        expected=f"the answer from thread {mine.id}: {_wrote(run)!r}",
        seen=f"{text!r}",
        try_next="the run knows its thread",
    )


def _ask(lab: Lab, agent_id: str, thread: Thread, question: str) -> Run:
    lab.messages.create(thread.id, content=question)
    return wait(lab.runs.create(thread.id, agent_id))


def _wrote(run: Run) -> str:
    return "\n\n".join(message.text for message in run.messages())


def _fill(lab: Lab, thread: Thread, chance: Chance, count: int, seconds: float = 0.0) -> list[Message]:
    """Add so many messages of random length, that many seconds apart."""
    said = []
    for number in range(count):
        words = " ".join(chance.choices(WORDS, k=chance.randint(1, 16)))
        role = chance.choice(("user", "assistant"))
        said.append(lab.messages.create(thread.id, role=role, content=f"{number}: {words}"))
        if seconds:
            lab.time.sleep(seconds)
    return said


def _room_for_an_older_one(said: Sequence[Message], tokens: Callable[[Message], int], chance: Chance) -> int:
    """A budget with which a message has no room by one token, and a shorter one before it would have."""
    costs = [tokens(message) for message in said]
    longer = [place for place in range(1, len(said)) if min(costs[:place]) < costs[place]]
    return sum(costs[chance.choice(longer) :]) - 1


def _check_same(found: Sequence[Message], right: Sequence[Message], try_next: str, what: str = "") -> None:
    ids, wanted = [message.id for message in found], [message.id for message in right]
    check(
        ids == wanted,
        expected=what or f"{len(wanted)} messages, from the oldest to the newest",
        seen=_difference(found, wanted),
        try_next=try_next,
    )


def _difference(found: Sequence[Message], wanted: Sequence[str]) -> str:
    ids = [message.id for message in found]
    if ids == list(reversed(wanted)):
        return "the same messages, from the newest to the oldest"
    if set(ids) == set(wanted):
        moved = sum(one != other for one, other in zip(ids, wanted, strict=False))
        return f"the right messages, of which {moved} stand in the wrong place"
    missing, extra = len(set(wanted) - set(ids)), len(set(ids) - set(wanted))
    return f"messages: {len(ids)}; missing: {missing}; not belonging there: {extra}"


def _check_reads(seen: Observed[object], thread: Thread) -> None:
    others = [call for call in seen.calls if call.words != "list messages" or call.thread_id != thread.id]
    check(
        not others and bool(seen.calls),
        expected=f"nothing but listing the messages of thread {thread.id}",
        seen=seen.in_words,
        try_next="everything that you need is in the list of that thread's messages",
    )
