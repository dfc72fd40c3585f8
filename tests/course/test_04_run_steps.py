"""Exercise 4, judged by sums: what the rows say must be what the run cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from threadlab import Lab, Run, Toolbox, tool, wait
from threadlab.course.chance import Chance
from threadlab.course.checks import check
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.usage import Usage

START = 1_760_000_000
ENDS = ("completed", "failed", "cancelled", "expired")


def test_the_seconds_add_up(answer: ModuleType, chance: Chance) -> None:
    """The rows' seconds add up to the run's, waits among them"""
    for _ in range(20):
        run, steps = _random_run(chance, gaps=True)
        _check_seconds(
            answer, run, steps, "between two steps, and before the first, a run waits: that is time too"
        )


def test_what_failed_counts(answer: ModuleType, chance: Chance) -> None:
    """A step that failed, was cancelled or expired has cost time and tokens too"""
    for end in ENDS[1:]:
        run, steps = _random_run(chance, ends=(end,))
        _check_ended(answer, steps[0])
        _check_tokens(answer, run, steps, f"a step that ended as {end} was paid for: do you count it?")
        _check_seconds(
            answer, run, steps, f"a step that ended as {end} took time: where does it say until when?"
        )


def test_calls_made_at_once_share_their_time(answer: ModuleType, chance: Chance) -> None:
    """Calls that were made at once share the time and the tokens of their one step"""
    for _ in range(20):
        run, steps = _random_run(chance, most_calls=4)
        hint = "the calls of one step run side by side: its time and its tokens are there once"
        _check_seconds(answer, run, steps, hint)
        _check_tokens(answer, run, steps, hint)


def test_a_step_that_never_ended_lasts_as_long_as_its_run(answer: ModuleType, chance: Chance) -> None:
    """A step that never ended lasts as long as its run"""
    run, steps = _random_run(chance)
    last = replace(steps[-1], completed_at=None, status="in_progress")
    _check_seconds(answer, run, (*steps[:-1], last), "without a time of its own, the run's end is its end")


def test_random_runs_add_up(answer: ModuleType, chance: Chance) -> None:
    """500 random runs add up, row by row, in the order of time"""
    for _ in range(500):
        run, steps = _random_run(chance, gaps=True, ends=ENDS, most_calls=3)
        rows = _check_seconds(answer, run, steps, "go through the rows by hand: where does each begin?")
        _check_tokens(answer, run, steps, "add the rows up by hand, and compare them with the steps")
        named = [row.name for row in rows if row.name != "wait"]
        check(
            named == [step.type for step in steps],
            expected=f"one row for each step, in order: {[step.type for step in steps]}",
            seen=f"{named}",
            try_next="each step gives one row, named by its type",
        )
        check(
            all(row.seconds > 0 for row in rows if row.name == "wait"),
            expected="a row for a wait only where there was one",
            seen="a wait of no seconds",
            try_next="compare where a step begins with how far you had come",
        )


def test_a_real_run_adds_up(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """The rows of a real run add up to what the service says of it"""

    @tool
    def opening_hours(place: str) -> str:
        """The opening hours of a place in town.

        Args:
            place: what kind of place, such as museum or library.
        """
        lab.time.sleep(chance.randint(1, 4))
        return "10:00 to 18:00"

    toolbox = Toolbox(opening_hours)
    agent = lab.create_agent(tools=toolbox.definitions)
    question = "What are the opening hours of the museum and of the library?"
    thread = lab.threads.create(messages=[{"role": "user", "content": question}])
    run = wait(lab.runs.create(thread.id, agent.id), tools=toolbox)
    steps = run.steps()
    _check_seconds(answer, run, steps, "compare your rows with run.created_at and run.completed_at")
    _check_tokens(answer, run, steps, "compare your rows with run.usage")


def _random_run(
    chance: Chance, *, gaps: bool = False, ends: Sequence[str] = ("completed",), most_calls: int = 1
) -> tuple[Run, tuple[RunStep, ...]]:
    """A run that is over, with its steps: times in whole seconds, steps end to end but for gaps."""
    at, steps = START, []
    for number in range(chance.randint(1, 5)):
        at += chance.randint(0, 4) if gaps else 0
        began, at = at, at + chance.randint(1, 20)
        steps.append(_random_step(chance, number, (began, at), chance.choice(ends), most_calls))
    at += chance.randint(0, 3) if gaps else 0
    total = Usage(*(sum(getattr(step.usage, name) for step in steps if step.usage) for name in USAGE))
    end = chance.choice(("completed", "failed", "cancelled")) if len(ends) > 1 else "completed"
    run = Run(
        id=f"run_{chance.number()}",
        thread_id="thread_1",
        agent_id="asst_1",
        status=end,
        usage=total,
        created_at=START,
    )
    times: dict[str, Any] = {f"{end}_at": at}
    return replace(run, **times), tuple(steps)


USAGE = ("prompt_tokens", "completion_tokens")


def _random_step(chance: Chance, number: int, time: tuple[int, int], end: str, most_calls: int) -> RunStep:
    calls = tuple(
        ToolCall(id=f"call_{number}_{one}", name="f") for one in range(chance.randint(1, most_calls))
    )
    writes = most_calls == 1 and chance.random() < 0.5
    step = RunStep(
        id=f"step_{number}",
        run_id="run_1",
        thread_id="thread_1",
        type="message_creation" if writes else "tool_calls",
        status=end,
        tool_calls=() if writes else calls,
        usage=Usage(chance.number(), chance.number()) if end != "expired" or chance.random() < 0.5 else None,
        created_at=time[0],
    )
    times: dict[str, Any] = {f"{end}_at": time[1]}
    return replace(step, **times)


def _check_ended(answer: ModuleType, step: RunStep) -> None:
    right = step.completed_at or step.failed_at or step.cancelled_at or step.expired_at
    found = answer.ended(step)
    check(
        found == right,
        expected=f"{right}, when the step that {step.status} ended",
        seen=f"{found}",
        try_next="look at the fields of a step whose names end in _at",
    )


def _check_seconds(answer: ModuleType, run: Run, steps: Sequence[RunStep], try_next: str) -> list[Any]:
    rows = list(answer.explain(run, steps))
    whole = (run.completed_at or run.failed_at or run.cancelled_at or 0) - run.created_at
    found = sum(row.seconds for row in rows)
    check(
        found == whole,
        expected=f"{whole} s in all: from the creation of the run to its end",
        seen=f"{found} s in {len(rows)} rows, for {_words(steps)}",
        try_next=try_next,
    )
    return rows


def _check_tokens(answer: ModuleType, run: Run, steps: Sequence[RunStep], try_next: str) -> None:
    whole = run.usage.total_tokens if run.usage else 0
    found = sum(row.tokens for row in answer.explain(run, steps))
    check(
        found == whole,
        expected=f"{whole} tokens in all, as the run's usage says",
        seen=f"{found} tokens, for {_words(steps)}",
        try_next=try_next,
    )


def _words(steps: Sequence[RunStep]) -> str:
    return ", ".join(
        f"{step.type} ({step.status}{f', {len(step.tool_calls)} calls' if len(step.tool_calls) > 1 else ''})"
        for step in steps
    )
