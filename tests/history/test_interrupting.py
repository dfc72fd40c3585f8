"""Pauses, stops and budgets: what was done is kept, and the user run goes on, or ends with one status."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from tests.history.conftest import Weather
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError, ReplayMissed, UserRunFinal
from threadlab.history.history import History
from threadlab.history.work.budget import Budget
from threadlab.history.work.handle import current_user_run
from threadlab.journal.fact import Ended, Observed
from threadlab.journal.record import Interrupt, Record
from threadlab.objects.event import ApprovalNeeded, ModelExplained, ToolFinished
from threadlab.tools.tool import tool

OSLO = "How is the weather in Oslo?"


def until(happened: Callable[[], bool]) -> None:
    """Wait in real seconds, not for ever."""
    ends = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.005)


def test_an_approval_that_nobody_gives_pauses_and_is_kept(history: History) -> None:
    """The question is on disk with its deadline; the answer, days later in another process, lets it go on."""
    weather = Weather(approve=True)
    main = history.branch("main", tools=[weather.tool])
    turn = main.ask(OSLO)
    assert turn.status == "requires_action" and weather.asked == [] and not turn.is_stalled
    (question,) = turn.interrupts
    assert (question.id, question.kind) == ("1.get_weather.1", "approval")
    assert question.deadline is not None and question.deadline > question.raised_at
    assert [run.id for run in history.open_questions()] == [turn.id]
    elsewhere = History(history.lab, history.folder)
    elsewhere.branch("main", tools=[weather.tool])
    answered = elsewhere[turn.id].answer("approve")
    assert answered.status == "completed" and weather.asked == ["Oslo"]
    assert [(one.answer, one.by) for one in answered.record.interrupts] == [("approve", "user")]
    with pytest.raises(HistoryError, match="waits for no such answer: it is over: completed"):
        answered.answer("deny")


@pytest.mark.parametrize(
    ("answer", "asked", "output"),
    [
        ("approve", ["Oslo"], "sunny in Oslo"),
        ('approve {"city": "Rome"}', ["Rome"], "sunny in Rome"),
        ("deny: not today", [], "not today"),
    ],
)
def test_an_approval_is_answered_by_whoever_answers_interrupts(
    here: Lab, answer: str, asked: list[str], output: str
) -> None:
    """Yes, yes with other arguments, or no: each is recorded."""
    weather = Weather(approve=True)
    history = History(here)
    turn = history.branch("main", tools=[weather.tool], on_interrupt=lambda question: answer).ask(OSLO)
    assert turn.status == "completed" and weather.asked == asked
    assert output in (turn.tools[0].output or "")
    assert [(one.answer, one.by) for one in turn.record.interrupts] == [(answer, "on_interrupt")]


def test_whoever_watches_the_events_may_decide(here: Lab) -> None:
    """The live question is an event; its answer is recorded."""
    weather = Weather(approve=True)
    main = History(here).branch("main", tools=[weather.tool])
    for seen in main.follow(OSLO):
        if isinstance(seen, ApprovalNeeded):
            seen.approval.approve()
    assert main.head is not None and main.head.status == "completed" and weather.asked == ["Oslo"]
    assert [one.by for one in main.head.record.interrupts] == ["whoever watched"]


def test_a_call_that_nobody_here_can_make_waits_for_its_output(history: History, weather: Weather) -> None:
    """A person gives it; the agent takes it as the tool's."""
    agent = history.lab.create_agent(name="agent", tools=[weather.tool])
    main = history.branch("main", agents=agent)
    turn = main.ask(OSLO)
    assert [one.kind for one in turn.interrupts] == ["tool_outputs"]
    assert "get_weather" in turn.interrupts[0].question
    assert turn.answer("rain").output == "Oslo: rain." and weather.asked == []


def test_a_question_whose_deadline_has_passed_ends_as_expired(here: Lab) -> None:
    """The service's run expired; the user run says so when somebody comes back to it."""
    history = History(here)
    main = history.branch("main", tools=[Weather(approve=True).tool])
    turn = main.ask(OSLO)
    here.time.sleep(3600)
    assert turn.resume().status == "expired"
    assert [use.ok for use in turn.tools] == [False], "its call has its one result all the same"


def test_a_paused_user_run_can_be_cancelled(history: History) -> None:
    """Its run at the service is ended, too, and the call was never made."""
    weather = Weather(approve=True)
    turn = history.branch("main", tools=[weather.tool]).ask(OSLO)
    assert turn.cancel("changed my mind").status == "cancelled"
    assert "changed my mind" in turn.record.reason and weather.asked == []
    call = turn.calls[0]
    assert (
        call.run is not None and history.lab.runs.get(call.run.thread_id, call.run.id).status == "cancelled"
    )
    assert turn.cancel().status == "cancelled", "a second time changes nothing"
    with pytest.raises(UserRunFinal):
        turn.resume()


def test_after_cancelled_no_tool_has_an_effect_invariant_11(history: History) -> None:
    """A tool that was running comes to its end first; the next call is never made."""
    running, go_on, effects = threading.Event(), threading.Event(), list[str]()

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        running.set()
        go_on.wait(10)
        effects.append(city)
        return "sunny"

    main = history.branch("main", tools=[get_weather])
    execution = main.start("How is the weather in Oslo?\nAnd then?")
    work = threading.Thread(target=lambda: list(execution.follow()))
    work.start()
    running.wait(10)
    history[execution.id].cancel("enough")
    time.sleep(0.1)
    assert history[execution.id].status == "in_progress", "the tool is still at work"
    go_on.set()
    work.join(20)
    turn = history[execution.id]
    assert turn.status == "cancelled" and effects == ["Oslo"]
    assert [(use.output, use.ok) for use in turn.tools] == [("sunny", True)]
    at = {type(entry.fact).__name__: entry.seq for entry in turn.record.entries}
    results = [
        entry.seq
        for entry in turn.record.entries
        if isinstance(entry.fact, Observed) and isinstance(entry.fact.event, ToolFinished)
    ]
    assert results and max(results) < at[Ended.__name__]
    assert turn.usage.total_tokens > 0, "what was cancelled had its price"


def test_whoever_stops_watching_leaves_it_to_be_resumed(history: History, weather: Weather) -> None:
    """Leaving is not ending: the run goes on at the service, and the user run from where it was."""
    main = history.branch("main", tools=[weather.tool])
    for seen in main.follow(OSLO):
        if getattr(getattr(seen, "fact", None), "run_id", ""):
            break
    assert main.head is not None and main.head.is_stalled
    turn = main.head.resume()
    assert turn.status == "completed" and weather.asked == ["Oslo"] and len(turn.calls) == 1
    assert len(list(history.lab.runs.list(turn.calls[0].thread_id or ""))) == 1
    folded = [entry.fact.event for entry in turn.record.entries if isinstance(entry.fact, Observed)]
    assert len(folded) == len(_undoubled(folded))


def test_a_budget_that_is_used_up_keeps_everything_and_can_be_extended(lab: Lab, history: History) -> None:
    """Nobody there: incomplete. Then it goes on beside it, and what was finished is reused."""
    main = history.branch("main", budget=Budget(calls=2))
    turn = main.ask("My name is Ada.\n@agent Hello.\n@agent What is my name?")
    assert turn.status == "incomplete" and "2 calls" in turn.record.reason
    assert [entry.status for entry in turn.record.queue] == ["completed", "completed", "incomplete"]
    assert [(one.kind, one.answer, one.by) for one in turn.record.interrupts] == [
        ("budget", "stop", "nobody was there")
    ]
    more = turn.resume(budget=Budget(calls=5))
    assert more.status == "completed" and more.output == "Your name is Ada." and more.id != turn.id
    assert [call.reused for call in more.calls] == [turn.id, turn.id, ""]


def test_a_budget_is_checked_before_a_tool_round(here: Lab, weather: Weather) -> None:
    """The tool is not called before somebody says so; after a stop what was paid counts."""
    main = History(here).branch("main", tools=[weather.tool], budget=Budget(tokens=10))
    turn = main.ask(OSLO)
    assert turn.status == "requires_action" and weather.asked == []
    turn.answer("stop")
    assert turn.status == "incomplete" and weather.asked == [] and turn.usage.total_tokens >= 10
    assert [use.ok for use in turn.tools] == [False]


def test_whoever_is_asked_may_extend_the_budget(here: Lab) -> None:
    """Each time it doubles."""
    asked: list[Interrupt] = []

    def extend(question: Interrupt) -> str:
        asked.append(question)
        return "extend"

    main = History(here).branch("main", budget=Budget(calls=1), on_interrupt=extend)
    turn = main.ask("One.\n@agent Two.\n@agent Three.")
    assert turn.status == "completed"
    assert [(one.id, one.detail["limit"]) for one in asked] == [("budget.1", 1), ("budget.2", 2)]


def test_a_tool_knows_the_user_run_that_it_works_in_u12_u27_u62(history: History) -> None:
    """Its id, budget, earlier user runs and state; scratch is its own, what is promoted is seen later."""
    told: list[tuple[str, int | None, list[str], dict[str, object], dict[str, object]]] = []

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        run = current_user_run()
        earlier: tuple[Record, ...] = run.earlier
        told.append(
            (run.id, run.budget.calls, [one.id for one in earlier], dict(run.scratch), dict(run.state))
        )
        run.scratch["city"] = city
        run.promote("last", city)
        run.keep("weather.txt", b"sunny", "text/plain")
        return "sunny"

    main = history.branch("main", tools=[get_weather], budget=Budget(calls=3))
    first = main.ask(OSLO)
    second = main.ask("How is the weather in Rome?")
    assert told == [
        (first.id, 2, [], {}, {}),
        (second.id, 2, [first.id], {}, {"last": "Oslo"}),
    ]
    assert first.record.scratch == {"city": "Oslo"} and main.promoted == {"last": "Rome"}
    assert [kept.name for kept in first.record.artifacts] == ["weather.txt"]
    fork = history.branch("fork", at=first)
    assert fork.promoted == {"last": "Oslo"}
    with pytest.raises(HistoryError, match="not work in a user run"):
        current_user_run()


def _undoubled(events: Sequence[object]) -> list[object]:
    found: list[object] = []
    for event in events:
        if event not in found:
            found.append(event)
    return found


def test_a_tool_at_work_is_named_and_after_a_stop_nothing_is_told_twice(here: Lab) -> None:
    """Whoever looks, from this process or another, learns who works where; the log has each thing once."""
    history = History(here)
    found: list[str] = []

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        with pytest.raises(ReplayMissed, match="is not over"):
            history[current_user_run().id].replay()
        turn = history[current_user_run().id]
        here.time.sleep(4)
        for told in (turn.diagnose(), turn.diagnose(live=True)):
            assert "nobody_answers" not in [finding.reason for finding in told.findings]
            found.extend(finding.found for finding in told.findings if finding.reason == "tool_at_work")
        turn.cancel()
        return "sunny"

    turn = history.branch("main", tools=[get_weather]).ask(OSLO)
    assert found == [f"get_weather works on 1.get_weather.1 since 4 s (process {os.getpid()})"] * 2
    told = [entry.fact.event for entry in turn.record.entries if isinstance(entry.fact, Observed)]
    notes = [event.note for event in told if isinstance(event, ModelExplained)]
    assert turn.status == "cancelled" and len(notes) == 1
