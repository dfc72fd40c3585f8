"""Exercise 1, judged by what went over the wire."""

from __future__ import annotations

from functools import partial
from types import ModuleType

from threadlab import Agent, Lab
from threadlab.course.chance import Chance
from threadlab.course.checks import Observed, check, observe
from threadlab.objects.run import STATUSES


def test_a_question_makes_a_thread_a_message_on_it_and_a_run_of_it(
    answer: ModuleType, lab: Lab, chance: Chance
) -> None:
    """A first question makes one thread, adds one message to it, and starts one run on it"""
    other, agent = _an_agent(lab, chance), _an_agent(lab, chance)
    question = f"Hello, I am {chance.name()}."
    seen = observe(lab, lambda: answer.ask(lab, agent, question))

    thread = seen.one("create thread", try_next="without a thread, make one first: it holds everything else")
    message = seen.one("create message", try_next="put the question into the thread, once")
    run = seen.one("create run", try_next="only a run makes an agent answer; one question needs one run")
    check(
        message.thread_id == run.thread_id == thread.made,
        expected=f"message and run both belong to the new thread {thread.made}",
        seen=f"the message went to {message.thread_id}, the run to {run.thread_id}",
        try_next="the id of the thread that you made goes into both of the next two calls",
    )
    check(
        (message.asked("role"), message.asked("content")) == ("user", question),
        expected="the message is the user's, and holds the question word for word",
        seen=f"role {message.asked('role')!r}, content {message.asked('content')!r}",
        try_next="look at what you pass to the call that creates the message",
    )
    check(
        run.asked("assistant_id") == agent.id,
        expected=f"the run activates the agent that was given, {agent.id}",
        seen=f"it activates {run.asked('assistant_id')}"
        + (", another agent of the same lab" if run.asked("assistant_id") == other.id else ""),
        try_next="a run needs two ids: the thread that it works on, and the agent that it activates",
    )
    check(
        seen.calls.index(message) < seen.calls.index(run),
        expected="the question is in the thread before the run starts",
        seen=seen.in_words,
        try_next="a run reads the thread once it works: what is added later, it does not see",
    )


def test_the_messages_are_read_after_the_run_is_over(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """The messages are read when the run is over, not before"""
    agent = _an_agent(lab, chance)
    seen = observe(lab, lambda: answer.ask(lab, agent, f"How are you today, {chance.name()}?"))
    reads = [at for at, call in enumerate(seen.calls) if call.words in ("list messages", "read message")]
    check(
        bool(reads),
        expected="the answer is read from the thread's messages",
        seen=f"no message was read: {seen.in_words}",
        try_next="an answer is a message like any other: list the messages of the thread",
    )
    status = _last_status_before(reads[-1], seen)
    check(
        status in STATUSES and STATUSES[status].is_terminal,
        expected="the run was seen in a final status before its messages were read",
        seen=f"they were read when the last known status was {status!r}: {seen.in_words}",
        try_next="creating a run only starts it: wait for its end, then read",
    )


def test_the_answer_is_what_the_agent_wrote(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """The answer is the text that the agent wrote"""
    agent = _an_agent(lab, chance)
    question = f"My name is {chance.name()} and I live in {chance.city()}."
    seen = observe(lab, lambda: answer.ask(lab, agent, question))
    text, _thread = seen.result
    check(
        text != question,
        expected="the agent's answer comes back",
        seen=f"the question itself came back: {text!r}",
        try_next="a thread holds the messages of both sides: look at who wrote the one that you return",
    )
    _check_is_of_run(text, _run_of(seen), lab)


def test_a_second_question_stays_on_the_thread(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Further questions stay on the thread of the first"""
    agent = _an_agent(lab, chance)
    _text, thread = answer.ask(lab, agent, f"My lucky number is {chance.number()}.")
    for _ in range(chance.randint(1, 3)):
        seen = observe(lab, lambda: answer.ask(lab, agent, f"Is it more than {chance.number()}?", thread))
        run = seen.one("create run", try_next="each question needs one run")
        check(
            not seen.all("create thread") and run.thread_id == thread.id,
            expected=f"a question that comes with the thread {thread.id} is asked on it",
            seen=f"the run was started on {run.thread_id}: {seen.in_words}",
            try_next="the agent keeps nothing, the thread does: what is on another thread is forgotten",
        )
        check(
            seen.result[1].id == thread.id,
            expected="the thread that was used comes back with the answer",
            seen=f"{seen.result[1].id} came back, {thread.id} was used",
            try_next="return the thread itself, so that the next question can be asked on it",
        )


def test_a_second_answer_is_not_an_earlier_one(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Each answer is that of its own run, however long the thread is"""
    agent = _an_agent(lab, chance)
    name = chance.name()
    first, thread = answer.ask(lab, agent, f"Hello! My name is {name}.")
    for question in (f"What is {chance.number()} plus {chance.number()}?", "What is my name?"):
        seen = observe(lab, partial(answer.ask, lab, agent, question, thread))
        text, thread = seen.result
        _check_is_of_run(text, _run_of(seen), lab, stale=first)


def _an_agent(lab: Lab, chance: Chance) -> Agent:
    return lab.create_agent(name=f"helper-{chance.number()}", instructions="Answer briefly.")


def _run_of(seen: Observed[tuple[str, object]]) -> tuple[str, str]:
    run = seen.one("create run", try_next="one question needs one run")
    return str(run.thread_id), str(run.made)


def _last_status_before(position: int, seen: Observed[object]) -> str:
    statuses = [
        str(call.answered("status"))
        for call in seen.calls[:position]
        if call.words in ("create run", "read run", "submit tool outputs", "cancel run")
    ]
    return statuses[-1] if statuses else "none: there was no run"


def _check_is_of_run(text: object, run: tuple[str, str], lab: Lab, stale: object = None) -> None:
    thread_id, run_id = run
    written = [message.text for message in lab.messages.list(thread_id, run_id=run_id, order="asc")]
    was_stale = text == stale and text not in written
    check(
        isinstance(text, str) and text in (*written, "\n\n".join(written)),
        expected=f"the text that the run {run_id} wrote",
        seen=f"the answer to the first question again: {text!r}" if was_stale else f"{text!r}",
        try_next="the thread holds the answers of all its runs: find the one that belongs to this run",
    )
