"""Answers to a user run's questions: which are understood, who may give them, and from where."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Thread

import pytest

from tests import mcp_server
from tests.history.conftest import Weather
from tests.history.test_interrupting import OSLO, until
from tests.journal.faulty_files import Killed
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import HistoryError
from threadlab.history.history import History
from threadlab.history.work.agent_call import LiveCall
from threadlab.journal.fact import Entry, Interrupted
from threadlab.journal.record import Interrupt
from threadlab.objects.agent import Agent
from threadlab.objects.event import ApprovalNeeded

SUMS = {"type": "mcp", "server_label": "sums", "server_url": "stdio://sums"}
COMMAND = [sys.executable, str(Path(mcp_server.__file__))]


@pytest.mark.parametrize("answer", ["yes", "approved", "", "approve {city", "denied", "Approve"])
def test_an_answer_that_is_not_understood_is_an_error_and_is_not_taken(here: Lab, answer: str) -> None:
    """The error names the forms; the question stays open, and a good answer still counts."""
    weather = Weather(approve=True)
    turn = History(here).branch("main", tools=[weather.tool]).ask(OSLO)
    with pytest.raises(HistoryError, match="answers no question of kind approval") as refused:
        turn.answer(answer)
    assert '"deny: reason"' in refused.value.hint
    assert turn.status == "requires_action" and weather.asked == []
    assert turn.answer("approve").status == "completed" and weather.asked == ["Oslo"]


def _boom(question: Interrupt) -> str:
    raise ValueError("the one who is asked is not well")


@pytest.mark.parametrize(("asks", "error"), [(lambda question: "yes", HistoryError), (_boom, ValueError)])
def test_who_is_asked_and_gives_no_good_answer_leaves_the_question_open(
    here: Lab, asks: object, error: type[Exception]
) -> None:
    """The error reaches the caller, and the user run waits: nothing is thrown away."""
    weather = Weather(approve=True)
    main = History(here).branch("main", tools=[weather.tool], on_interrupt=asks)  # type: ignore[arg-type]
    with pytest.raises(error):
        main.ask(OSLO)
    assert main.head is not None and main.head.status == "requires_action"
    assert main.head.answer("approve").status == "completed" and weather.asked == ["Oslo"]


def test_an_answer_from_elsewhere_reaches_whoever_watches(history: History) -> None:
    """It is left in the run directory; the one at work finds it there, and writes it down."""
    weather = Weather(approve=True)
    main = history.branch("main", tools=[weather.tool])
    execution = main.start(OSLO, attended=True)
    seen: list[object] = []
    work = Thread(target=lambda: seen.extend(execution.follow()))
    work.start()
    until(lambda: any(isinstance(one, ApprovalNeeded) for one in seen))
    elsewhere = History(history.lab, history.folder)[execution.id]
    elsewhere.answer("approve")
    with pytest.raises(HistoryError, match="the first answer counts"):
        elsewhere.answer("deny")
    work.join(20)
    turn = history[execution.id]
    assert turn.status == "completed" and weather.asked == ["Oslo"]
    assert [(one.answer, one.by) for one in turn.record.interrupts] == [("approve", "user")]


def _asks(seen: object) -> bool:
    return isinstance(seen, Entry) and isinstance(seen.fact, Interrupted)


def test_an_answer_that_comes_while_it_pauses_is_not_lost(here: Lab) -> None:
    """Whoever had it at work looks once more before letting go; the first answer counts."""
    weather = Weather(approve=True)
    history = History(here)
    elsewhere = History(here, history.folder)

    def answers(seen: object) -> None:
        if _asks(seen):
            elsewhere[-1].answer("approve")
            with pytest.raises(HistoryError, match="the first answer counts"):
                elsewhere[-1].answer("deny")

    turn = history.branch("main", tools=[weather.tool]).ask(OSLO, on_event=answers)
    assert turn.status == "completed" and weather.asked == ["Oslo"]
    assert [(one.answer, one.by) for one in turn.record.interrupts] == [("approve", "user")]


def test_an_answer_that_was_left_there_counts_when_its_writer_died(here: Lab) -> None:
    """Another one comes too late; resume() takes the first."""
    weather = Weather(approve=True)
    history = History(here)
    events = history.branch("main", tools=[weather.tool]).start(OSLO, attended=True).follow()
    while not isinstance(next(events), ApprovalNeeded):
        pass
    (turn,) = History(here, history.folder)
    turn.answer("deny: not there")
    events.close()
    with pytest.raises(HistoryError, match="answered before: deny: not there"):
        history[turn.id].answer("approve")
    assert history[turn.id].resume().status == "completed" and weather.asked == []


def test_an_end_that_is_asked_for_while_it_pauses_comes(here: Lab) -> None:
    """It is cancelled by whoever had it at work, and not left to wait."""
    weather = Weather(approve=True)
    history = History(here)
    elsewhere = History(here, history.folder)

    def cancels(seen: object) -> None:
        if _asks(seen):
            elsewhere[-1].cancel("not now")

    turn = history.branch("main", tools=[weather.tool]).ask(OSLO, on_event=cancels)
    assert turn.status == "cancelled" and "not now" in turn.record.reason and weather.asked == []


def test_a_yes_to_one_call_is_no_yes_to_another(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service lost the run; asked again, the model wants something else, and that is asked about."""
    weather = Weather(approve=True)
    history = History(here)
    turn = history.branch("main", tools=[weather.tool]).ask(OSLO)
    with monkeypatch.context() as deadly, pytest.raises(Killed):
        deadly.setattr(here.runs, "get", _die)
        turn.answer("approve")
    assert [one.answer for one in turn.record.interrupts] == ["approve"]
    assert turn.calls[0].thread_id is not None
    here.threads.delete(turn.calls[0].thread_id)
    other = LiveCall.make

    def asks_for_rome(call: LiveCall) -> object:
        call.prompt = call.prompt.replace("Oslo", "Rome")
        return other(call)

    monkeypatch.setattr(LiveCall, "make", asks_for_rome)
    again = turn.resume()
    assert again.status == "requires_action" and weather.asked == []
    assert [(one.answer, "Rome" in one.question) for one in again.record.interrupts] == [(None, True)]
    assert again.answer("approve").status == "completed" and weather.asked == ["Rome"]


def _die(*arguments: object) -> object:
    raise Killed


def test_calls_of_a_server_that_nobody_decides_on_wait_for_an_answer(tmp_path: Path) -> None:
    """Each question is on disk with its deadline, and is answered later, by another process: yes or no."""
    with connect(target=Local(seed=7, pace=0), mcp_servers={"sums": COMMAND}) as lab:
        history = History(lab, tmp_path / "runs")
        agent = lab.create_agent(name="agent", tools=[SUMS])
        for answer, gave in {"approve": "1", "deny: not now": "did not approve"}.items():
            turn = history.branch(answer, agents=agent).ask("Call sums_tick.")
            (question,) = turn.interrupts
            assert (turn.status, question.kind) == ("requires_action", "approval")
            assert "tick" in question.question and question.deadline is not None
            later = History(lab, tmp_path / "runs")[turn.id]
            with pytest.raises(HistoryError, match="answers no question"):
                later.answer('approve {"a": 1}')  # the service makes the call: it has the arguments already
            assert later.answer(answer).status == "completed"
            (step,) = [step for step in later.calls[0].steps if step.type == "tool_calls"]
            assert [gave in (call.output or "") for call in step.tool_calls] == [True]
            assert [one.answer for one in later.record.interrupts] == [answer]
        _decided_while_somebody_watches(history, agent)


def _decided_while_somebody_watches(history: History, agent: Agent) -> None:
    """By him, or from elsewhere: it is written down who it was."""
    for by in ("whoever watched", "user"):
        execution = history.branch(by, agents=agent).start("Call sums_tick.", attended=True)
        for seen in execution.follow():
            if isinstance(seen, ApprovalNeeded) and by == "user":
                History(history.lab, history.folder)[execution.id].answer("approve")
            elif isinstance(seen, ApprovalNeeded):
                seen.approval.approve()
        turn = history[execution.id]
        assert turn.status == "completed"
        assert [(one.answer, one.by) for one in turn.record.interrupts] == [("approve", by)]
