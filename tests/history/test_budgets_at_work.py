"""Budgets while a user run is at work, and what a later user run makes of them."""

from __future__ import annotations

import pytest

from tests.history.conftest import Weather
from tests.history.test_interrupting import OSLO
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError
from threadlab.history.history import History
from threadlab.history.work.budget import Budget
from threadlab.history.work.handle import current_user_run
from threadlab.journal.fact import Logged
from threadlab.journal.record import Interrupt
from threadlab.tools.tool import tool


@pytest.mark.parametrize("budget", [Budget(calls=0), Budget(tokens=0), Budget(cost=0.0), Budget(seconds=0.0)])
def test_extending_from_nothing_comes_to_an_end(here: Lab, budget: Budget) -> None:
    """Twice nothing is nothing, so there is a least; asked again each time it is used up, and no more."""
    asked: list[Interrupt] = []

    def extend(question: Interrupt) -> str:
        asked.append(question)
        assert len(asked) < 9, "it asks for ever"
        return "extend"

    history = History(here)
    (history.folder / "prices.toml").write_text('[models."gpt-4o-mini"]\ninput = 1\noutput = 1\n')
    history = History(here, history.folder)
    turn = history.branch("main", model="gpt-4o-mini").ask("Hi", budget=budget, on_interrupt=extend)
    assert turn.status == "completed" and 1 <= len(asked) <= 2


def test_one_yes_is_enough_however_much_is_spent(here: Lab, weather: Weather) -> None:
    """The limit goes above what is spent; a later process that takes it up counts the same."""
    asked: list[float] = []

    def extend(question: Interrupt) -> str:
        asked.append(question.detail["limit"])
        return "extend"

    main = History(here).branch("main", tools=[weather.tool])
    turn = main.ask(OSLO, budget=Budget(tokens=1), on_interrupt=extend)
    assert turn.status == "completed" and weather.asked == ["Oslo"] and asked[0] == 1
    assert len(asked) <= 2, "once at the tool round, once more at most"


def test_one_call_may_use_its_tools_within_a_budget_of_one_call(here: Lab, weather: Weather) -> None:
    """It is the call that the budget allows; the next one is one too many."""
    main = History(here).branch("main", tools=[weather.tool], budget=Budget(calls=1))
    assert main.ask(OSLO).status == "completed" and weather.asked == ["Oslo"]
    turn = main.ask(f"{OSLO}\n@agent And then?")
    assert [entry.status for entry in turn.record.queue] == ["completed", "incomplete"]


def test_making_it_again_keeps_to_the_budget_that_it_had(here: Lab, weather: Weather) -> None:
    """Unless another is given; one that is used up is not gone on with as if there were none."""
    main = History(here).branch("main", tools=[weather.tool])
    both = f"@agent Hello.\n@agent {OSLO}"
    turn = main.ask(both, budget=Budget(tokens=10))
    assert turn.status == "incomplete"
    with pytest.raises(HistoryError, match="the budget of 10 tokens is used up") as refused:
        turn.resume()
    assert "resume(budget=" in refused.value.hint
    assert [
        again.status for again in (turn.retry(), turn.rerun(), turn.edit(instructions="Be exact.").rerun())
    ] == (["incomplete"] * 3)
    more = Budget(tokens=10_000)
    assert turn.resume(budget=more).status == "completed"
    assert turn.retry(budget=more).status == "completed"
    assert turn.edit(instructions="Be brief.", budget=more).rerun().status == "completed"


def test_what_one_call_alone_takes_too_much_is_written_down(here: Lab) -> None:
    """There was nothing after it to be stopped."""
    turn = History(here).branch("main").ask("Hi", budget=Budget(tokens=1))
    told = [entry.fact for entry in turn.record.entries if isinstance(entry.fact, Logged)]
    assert turn.status == "completed" and turn.interrupts == ()
    assert [one.level for one in told] == ["warning"] and "the budget of 1 tokens is used up" in told[0].text


def test_what_is_left_counts_what_was_added(here: Lab) -> None:
    """A tool sees it."""
    left: list[int | None] = []

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        left.append(current_user_run().budget.tokens)
        return "sunny"

    main = History(here).branch("main", tools=[get_weather], on_interrupt=lambda question: "extend")
    assert main.ask(OSLO, budget=Budget(tokens=10)).status == "completed"
    assert len(left) == 1 and left[0] is not None and left[0] > 0


def test_nothing_is_thrown_away_at_a_tool_round(here: Lab, weather: Weather) -> None:
    """The run is held open until somebody says what to do; the answer goes on with the very same run."""
    main = History(here).branch("main", tools=[weather.tool])
    turn = main.ask(OSLO, budget=Budget(tokens=10))
    (asked,) = turn.interrupts
    run_id = turn.calls[0].run.id  # type: ignore[union-attr]  # it was made
    assert turn.status == "requires_action" and asked.kind == "budget" and asked.deadline is not None
    assert turn.plan("resume").goes_on == ("1",) and turn.plan("resume").paid_again == ()
    with pytest.raises(HistoryError, match="extend it, or stop") as refused:
        turn.resume()
    assert 'answer("extend")' in refused.value.hint and "resume(budget=" in refused.value.hint
    thread_id = str(turn.calls[0].thread_id)
    runs = len(list(here.runs.list(thread_id)))
    assert turn.answer("extend").status == "completed" and weather.asked == ["Oslo"]
    assert [call.run and call.run.id for call in turn.calls] == [run_id]
    assert len(list(here.runs.list(thread_id))) == runs


def test_another_budget_answers_the_question_and_stop_ends_it(here: Lab, weather: Weather) -> None:
    """What the call did until then is kept in each case; only a stop ends its run."""
    main = History(here).branch("main", tools=[weather.tool])
    turn = main.ask(OSLO, budget=Budget(tokens=10))
    assert turn.resume(budget=Budget(tokens=10_000)).status == "completed"
    assert turn.record.interrupts[0].answer == "at most 10000 tokens" and len(turn.calls) == 1
    stopped = main.ask(OSLO, budget=Budget(tokens=10)).answer("stop")
    assert (stopped.status, stopped.calls[0].run.status) == ("incomplete", "cancelled")  # type: ignore[union-attr]
    assert weather.asked == ["Oslo"]


def test_what_the_service_held_open_too_long_is_paid_again_and_the_plan_says_so(
    here: Lab, weather: Weather
) -> None:
    """Its run has expired. The time in which the question waited is none that the agent took."""
    main = History(here).branch("main", tools=[weather.tool])
    turn = main.ask(OSLO, budget=Budget(tokens=10, seconds=60.0))
    here.time.sleep(3600)
    more = Budget(tokens=10_000, seconds=60.0)
    assert (turn.plan("resume").goes_on, turn.plan("resume").paid_again) == ((), ("1",))
    assert turn.resume(budget=more).status == "completed" and weather.asked == ["Oslo"]
    assert [call.status for call in turn.calls] == ["abandoned", "completed"]
    assert len([one for one in turn.record.interrupts if one.kind == "budget"]) == 1


def test_whoever_takes_longer_to_answer_than_the_service_waits_loses_no_tool_result(
    here: Lab, weather: Weather
) -> None:
    """The call is paid again, and its tool is not run again."""

    def think_it_over(question: Interrupt) -> str:
        here.time.sleep(3600 if question.id == "budget.1" else 0)
        return "extend"

    main = History(here).branch("main", tools=[weather.tool])
    turn = main.ask(OSLO, budget=Budget(tokens=10), on_interrupt=think_it_over)
    assert turn.status == "completed" and weather.asked == ["Oslo"]
    assert [call.status for call in turn.calls] == ["abandoned", "completed"]
    assert [use.ok for call in turn.calls for use in call.tools] == [True, True]
