"""What user runs cost, and how much they may take."""

from pathlib import Path

import pytest

from tests.history.records_by_hand import BEGAN, agent_call, user_run
from threadlab.errors import HistoryError
from threadlab.history.reading.prices import Price, Prices
from threadlab.history.work.budget import Budget, spent
from threadlab.objects.usage import Usage

PRICES = Prices(models={"gpt-4o": Price(input=2.5, output=10)}, currency="USD")
ONE_CALL = (100 * 2.5 + 20 * 10) / 1e6


def test_prices_are_read_from_the_users_file(tmp_path: Path) -> None:
    """Per million tokens, by model, in one currency; no file is no price."""
    path = tmp_path / "prices.toml"
    assert Prices.read(path) == Prices()
    path.write_text('currency = "USD"\n[models."gpt-4o"]\ninput = 2.5\noutput = 10\n')
    assert Prices.read(path) == PRICES


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[models."m"]\ninput = -1\noutput = 2', "models.m.input"),
        ('[models."m"]\ninput = 1', "models.m.output"),
        ("prices = 3", "prices"),
        ("currency = ", "Invalid value"),
    ],
)
def test_a_broken_price_file_names_its_fault(tmp_path: Path, text: str, named: str) -> None:
    """The field or the line."""
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(HistoryError, match=named):
        Prices.read(path)


def test_a_model_without_a_price_is_flagged_and_not_free() -> None:
    """The amount says what it leaves out."""
    cost = Prices().cost_of(user_run())
    assert (cost.is_whole, cost.unpriced) == (False, ("gpt-4o",))
    assert str(cost) == "unpriced (gpt-4o)"


def test_a_failed_call_is_paid_and_named_and_a_reused_one_is_not_paid() -> None:
    """Estimated tokens stay flagged in the cost."""
    failed = agent_call("1", status="failed", usage=Usage(100, 20, estimated=True))
    cost = PRICES.cost_of(user_run(calls=[failed, agent_call("2"), agent_call("3", reused="turn-0")]))
    assert cost.amount == pytest.approx(2 * ONE_CALL)
    assert cost.wasted == pytest.approx(ONE_CALL)
    assert cost.estimated
    assert "did not complete" in str(cost)


def test_a_childs_cost_is_in_its_user_runs() -> None:
    """Delegating does not hide tokens."""
    with_child = user_run(calls=[agent_call("1"), agent_call("1.ask_ben.1")])
    assert PRICES.cost_of(with_child).amount == pytest.approx(2 * ONE_CALL)


def test_the_first_limit_that_is_reached_is_named() -> None:
    """And the question offers both ways on."""
    taken = spent(user_run(), PRICES, BEGAN)
    assert Budget(tokens=121, calls=2).exceeded(taken) is None
    exceeded = Budget(seconds=60, tokens=120).exceeded(taken)
    assert exceeded is not None
    assert (exceeded.what, exceeded.spent) == ("tokens", 120)
    assert exceeded.question == "the budget of 120 tokens is used up (120): extend it, or stop?"


def test_estimated_tokens_are_said_to_be_about() -> None:
    """A limit reached by estimate says so."""
    guessed = user_run(calls=[agent_call(usage=Usage(90, 30, estimated=True))])
    assert "about 120" in str(Budget(tokens=100).exceeded(spent(guessed, PRICES, BEGAN)))


def test_pauses_and_overlaps_are_not_counted_twice() -> None:
    """Seconds are those in which some agent was at work."""
    calls = [
        agent_call("1", at=BEGAN, seconds=4),
        agent_call("1.ask_ben.1", at=BEGAN + 1, seconds=2),
        agent_call("2", at=BEGAN + 1000, status="in_progress", seconds=0),
        agent_call("3", at=BEGAN + 2000, seconds=9, reused="turn-0"),
    ]
    assert spent(user_run(calls=calls), PRICES, BEGAN + 1003).seconds == pytest.approx(7)


def test_what_is_left_never_falls_below_nothing_and_extending_is_for_what_is_spent() -> None:
    """A limit that is not set stays so."""
    taken = spent(user_run(), PRICES, BEGAN)
    assert Budget(tokens=100, calls=3).left(taken) == Budget(tokens=0, calls=2)
    budget = Budget(tokens=100, cost=0.5)
    assert budget.extended("tokens", 130) == Budget(tokens=260, cost=0.5)
    assert budget.extended("tokens", 20) == budget and Budget(calls=0).extended("calls", 0).calls == 1


def test_a_limit_in_money_needs_prices_and_no_limit_is_below_zero() -> None:
    """Both are errors before anything runs."""
    with pytest.raises(HistoryError, match="gpt-5 has no price"):
        Budget(cost=1).require_prices(PRICES, ["gpt-4o", "gpt-5"])
    Budget(tokens=1).require_prices(Prices(), ["gpt-5"])
    with pytest.raises(HistoryError, match="-1 tokens"):
        Budget(tokens=-1)
