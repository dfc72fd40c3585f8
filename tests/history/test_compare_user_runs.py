"""Two user runs side by side: what was asked differently, where they part, what each took."""

from dataclasses import replace

import pytest

from tests.history.records_by_hand import ADA, agent_call, config, tool_use, user_run
from threadlab.history.reading.compare import compare
from threadlab.history.reading.prices import Price, Prices
from threadlab.objects.usage import Usage

PRICES = Prices(models={"gpt-4o": Price(input=2.5, output=10)}, currency="USD")


def test_two_equal_user_runs_have_no_divergence() -> None:
    """The agent's id and the user run's own name make no difference."""
    other = replace(ADA, id="asst_2", created_at=99)
    same = compare(user_run("turn-a"), user_run("turn-b", using=config(other)))
    assert same.is_same
    assert same.divergence is None
    assert "there is no divergence" in str(same)


def test_a_changed_field_is_named_by_its_path() -> None:
    """Instructions and options are compared field by field."""
    changed = config(replace(ADA, instructions="At length."), options={"temperature": 0.2})
    told = compare(user_run("turn-a"), user_run("turn-b", using=changed)).config
    assert [(one.field, one.a, one.b) for one in told] == [
        ("agents.Ada.instructions", "Answer briefly.", "At length."),
        ("options.temperature", None, 0.2),
    ]


def test_one_tool_call_more_is_one_difference_and_not_all_that_follows() -> None:
    """Steps are aligned by what they are, not by their place."""
    a = user_run("turn-a", calls=[agent_call(tools=[tool_use()])])
    b = user_run("turn-b", calls=[agent_call(tools=[tool_use("clock", "{}", "12:00"), tool_use()])])
    comparison = compare(a, b)
    assert [pair.look for pair in comparison.pairs] == ["same", "only b", "same", "same"]
    assert comparison.divergence is comparison.pairs[1]


def test_the_first_divergence_is_where_the_input_of_a_step_differs() -> None:
    """The agent call around it is not to blame, though its answer is another too."""
    a = user_run("turn-a", calls=[agent_call(tools=[tool_use()])])
    rome = tool_use(arguments='{"city": "Rome"}', output="rain")
    b = user_run("turn-b", calls=[agent_call(tools=[rome], output="It rains in Rome.")])
    divergence = compare(a, b).divergence
    assert divergence is not None
    assert (divergence.number, divergence.look) == (2, "other input")
    drawn = str(compare(a, b))
    assert next(line for line in drawn.splitlines() if "◀ first divergence" in line).strip().startswith("2")
    assert "a: city=Turin" in drawn
    assert "b: city=Rome" in drawn


def test_the_spacing_of_arguments_is_no_difference() -> None:
    """Two models may write the same JSON differently."""
    a = user_run("turn-a", calls=[agent_call(tools=[tool_use(arguments='{"city":"Turin"}')])])
    b = user_run("turn-b", calls=[agent_call(tools=[tool_use(arguments='{ "city": "Turin" }')])])
    assert compare(a, b).is_same


def test_another_prompt_parts_them_at_once() -> None:
    """The call itself is the divergence where it was asked something else."""
    comparison = compare(user_run("turn-a"), user_run("turn-b", "And in Rome?"))
    assert comparison.divergence is comparison.pairs[0]
    assert comparison.config[0].field == "input"


def test_deltas_are_b_less_a() -> None:
    """Tokens, seconds and cost."""
    b = user_run("turn-b", calls=[agent_call(usage=Usage(200, 40), seconds=5.0)])
    comparison = compare(user_run("turn-a"), b, PRICES)
    assert comparison.tokens == 120
    assert comparison.seconds == pytest.approx(3.0)
    assert comparison.cost == pytest.approx((100 * 2.5 + 20 * 10) / 1e6)


def test_without_a_price_there_is_no_difference_of_cost() -> None:
    """Unknown is not zero."""
    assert compare(user_run("turn-a"), user_run("turn-b")).cost is None


def test_what_a_model_wrote_is_no_markup() -> None:
    """Control characters and rich markup are shown, not obeyed."""
    a = user_run("turn-a", calls=[agent_call(output="[bold]fine\x1b[2J")])
    assert "[bold]fine\\x1b[2J" in str(compare(a, user_run("turn-b")))
