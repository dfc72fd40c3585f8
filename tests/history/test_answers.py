"""Answers to a user run's questions: which are understood, who may give them, and from where."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Thread

import pytest

from tests import mcp_server
from tests.history.conftest import Weather
from tests.history.test_interrupting import OSLO, until
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import HistoryError
from threadlab.history.history import History
from threadlab.journal.record import Interrupt
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
