"""Exercise 10, judged by the runs that really came of random events, and by what went over the wire."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol

from threadlab.connect.lab import Lab
from threadlab.course.chance import Chance
from threadlab.course.checks import check, observe
from threadlab.errors import ServiceError
from threadlab.following.wait import wait
from threadlab.objects.run import Run

SAYING = ("create run", "create message", "create thread and run")
EVENTS = 40
SUMS = {
    "type": "function",
    "function": {
        "name": "calculate",
        "description": "Work out a sum.",
        "parameters": {"type": "object", "properties": {"expression": {"type": "string"}}},
    },
}


class Office(Protocol):
    """The functions of the exercise, wherever they were loaded from."""

    Desk: Any
    wake: Any
    complete_later: Any


def test_a_result_is_told_in_a_run_of_its_own(
    answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path
) -> None:
    """A result that comes is told in a run of its own"""
    desk = _desk(answer, lab, tmp_path)
    job, result = _job(chance)
    seen = observe(lab, partial(answer.complete_later, desk, job, result))
    _check_told(lab, desk, [(job, result)], after="one event, on a thread where nothing else happens")
    check(
        [getattr(run, "status", None) for run in seen.result or ()] == ["completed"],
        expected="the run that was made, as it was when it had ended",
        seen=f"{seen.result!r}",
        try_next="hand back the runs that you made, after you have waited for them",
    )


def test_the_agent_reads_who_wrote_it(answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path) -> None:
    """The agent reads the result in the words of told(), and not as if the user had written it"""
    desk = _desk(answer, lab, tmp_path)
    job, result = _job(chance)
    answer.complete_later(desk, job, result)
    read = [
        one.text for one in lab.messages.list(desk.thread_id) if one.role == "user" and result in one.text
    ]
    check(
        read == [answer.told(job, result)],
        expected="the result in the words of told(), which say that the user did not write them",
        seen=f"the agent read: {', '.join(map(repr, read)) or 'nothing of it'}",
        try_next="whom would the agent thank for the result, as it reads your message?",
    )


def test_the_same_event_again_changes_nothing(
    answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path
) -> None:
    """The same event again changes nothing, whatever it says"""
    desk = _desk(answer, lab, tmp_path)
    job, result = _job(chance)
    for again in (result, result, f"another {result}"):
        answer.complete_later(desk, job, again)
    _check_told(lab, desk, [(job, result)], after="the same event three times")


def test_nothing_is_said_into_an_active_run(
    answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path
) -> None:
    """While a run is active, nothing is said into its thread"""
    desk = _desk(answer, lab, tmp_path)
    lab.runs.create(desk.thread_id, desk.agent_id)
    _check_silent(lab, partial(answer.complete_later, desk, *_job(chance)), status="queued")


def test_nothing_is_said_while_a_run_waits_for_an_answer(
    answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path
) -> None:
    """A run that waits for the output of a tool is active, too"""
    desk = _desk(answer, lab, tmp_path)
    lab.messages.create(desk.thread_id, content=f"What is {chance.number()} + {chance.number()}?")
    run = lab.runs.create(desk.thread_id, desk.agent_id)
    while run.status in ("queued", "in_progress"):
        lab.time.sleep(0.5)
        run = run.read()
    assert run.status == "requires_action", "the stand-in has the tool work out the sum"
    _check_silent(lab, partial(answer.complete_later, desk, *_job(chance)), status=run.status)


def test_what_came_early_is_told_later(answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path) -> None:
    """What came while a run was active is told when it is over"""
    desk = _desk(answer, lab, tmp_path)
    run = lab.runs.create(desk.thread_id, desk.agent_id)
    job, result = _job(chance)
    with suppress(ServiceError):
        answer.complete_later(desk, job, result)
    wait(run)
    answer.wake(desk)
    _check_told(lab, desk, [(job, result)], after="an event during a run, the end of that run, and a wake")


def test_results_are_told_in_the_order_in_which_they_came(
    answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path
) -> None:
    """Several results are told in the order in which they came, all of them at one wake"""
    desk = _desk(answer, lab, tmp_path)
    run = lab.runs.create(desk.thread_id, desk.agent_id)
    jobs = [(f"{letter}-{chance.number()}", f"{chance.number()} pages of {letter}") for letter in "dbeac"]
    for job, result in jobs:
        answer.complete_later(desk, job, result)
    wait(run)
    answer.wake(desk)
    _check_told(lab, desk, jobs, after=f"the events {', '.join(job for job, _ in jobs)}, in this order")


def test_a_later_program_finds_what_came(
    answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path
) -> None:
    """A later program finds what came before it began"""
    desk = _desk(answer, lab, tmp_path)
    run = lab.runs.create(desk.thread_id, desk.agent_id)
    job, result = _job(chance)
    answer.complete_later(desk, job, result)
    wait(run)
    later: Office = SimpleNamespace(**runpy.run_path(str(answer.__file__), run_name="later"))
    later.wake(later.Desk(*desk))
    _check_told(lab, desk, [(job, result)], after="an event, and a wake in a program that began after it")
    later.complete_later(later.Desk(*desk), job, result)
    _check_told(lab, desk, [(job, result)], after="the same event again, in the later program")


def test_a_run_that_could_not_begin_is_made_later(
    answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path
) -> None:
    """A run that could not begin is made later, and nothing is said twice"""
    desk = _desk(answer, lab, tmp_path)
    job, result = _job(chance)
    with lab.workbench.faults("500", "create run", times=10), suppress(ServiceError):
        answer.complete_later(desk, job, result)
    answer.wake(desk)
    _check_told(lab, desk, [(job, result)], after="a service that refused at first, and a wake")
    said = [one for one in lab.messages.list(desk.thread_id) if one.role == "user" and result in one.text]
    check(
        len(said) == 1,
        expected="one message with the result, though the first attempt failed in its middle",
        seen=f"{len(said)} of them",
        try_next="two requests can be parted by a crash: is there one that does both?",
    )


def test_any_order_of_events_ends_well(answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path) -> None:
    """Forty random events, many of them twice, late or in between: one run for each job, in order"""
    desk = _desk(answer, lab, tmp_path)
    results = {f"job-{number}": f"{chance.number()} pages of job-{number}" for number in range(8)}
    came: dict[str, str] = {}
    active: Run | None = None
    for _ in range(EVENTS):
        what = chance.choice(("event", "event", "begin", "end", "wake"))
        if what == "event":
            job = chance.choice(sorted(results))
            came.setdefault(job, results[job])
            answer.complete_later(desk, job, results[job])
        elif what == "wake":
            answer.wake(desk)
        elif what == "begin" and active is None:
            active = lab.runs.create(desk.thread_id, desk.agent_id)
        elif what == "end" and active is not None:
            active = wait(active) and None
    if active is not None:
        wait(active)
    answer.wake(desk)
    _check_told(lab, desk, list(came.items()), after=f"{EVENTS} random events")


def _check_silent(lab: Lab, event: Callable[[], object], *, status: str) -> None:
    """Nothing is said or begun at this event."""

    def attempt() -> object:
        with suppress(ServiceError):  # what the service said to it is in the log
            return event()
        return None

    seen = observe(lab, attempt)
    said = [f"{one.words} (HTTP {one.entry.status})" for one in seen.calls if one.words in SAYING]
    check(
        not said and not seen.result,
        expected=f"no request that says or starts anything, and no run, while a run is {status}",
        seen=f"{', '.join(said) or seen.result}",
        try_next="look whether a run of the thread is not over yet, before you say anything",
    )


def _desk(answer: ModuleType, lab: Lab, folder: Path) -> Any:
    agent = lab.create_agent(name="secretary", tools=[SUMS])
    thread = lab.threads.create(messages=[{"role": "user", "content": "Hello!"}])
    return answer.Desk(lab, thread.id, agent.id, folder / "results.jsonl")


def _job(chance: Chance) -> tuple[str, str]:
    return f"report-{chance.number()}", f"{chance.number()} days of rain in {chance.city()}"


def _check_told(lab: Lab, desk: Any, jobs: Sequence[tuple[str, str]], *, after: str) -> None:
    """Each of these results, and no other, has its one run, in this order: by what each run was given."""
    texts = {one.run_id: one.text for one in lab.messages.list(desk.thread_id) if one.role == "assistant"}
    every = list(lab.runs.list(desk.thread_id, order="asc"))
    runs = [run for run in every if run.metadata.get("job")]
    bare = [run for run in every if run not in runs and any(one in texts.get(run.id, "") for _, one in jobs)]
    unmarked = f"; {len(bare)} told of one without the metadata job" if bare else ""
    told = [next((job for job, result in jobs if result in texts.get(run.id, "")), "?") for run in runs]
    check(
        told == [job for job, _ in jobs],
        expected=f"a run for each of {', '.join(job for job, _ in jobs)}, marked with its job, in this order",
        seen=f"runs that told of: {', '.join(told) or 'nothing'}{unmarked}, after {after}",
        try_next="follow one result on its way: when is it kept, who looks for it, how is it known as told?",
    )
