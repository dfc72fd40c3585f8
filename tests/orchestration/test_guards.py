"""Guards: whatever an orchestrator chooses, it comes to an end, with a reason; and a fallback answers."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from tests.orchestration.conftest import Stage
from threadlab.connect.scripted_model import calling
from threadlab.errors import HistoryError
from threadlab.history.budget import Budget
from threadlab.orchestration.guards import Limits, Tally, before_call, before_decision
from threadlab.orchestration.orchestration import Orchestration
from threadlab.orchestration.personas import chooses, fails, hands_on, repeats, says

AGAIN = calling("run_sequence", members=[{"member": "ada", "task": "The same."}], reasoning="Once more.")


def test_the_same_asked_of_the_same_agent_is_told_once_and_then_stopped(stage: Stage) -> None:
    """O2: the third time it is stopped; what there is of an answer stays."""
    turn = stage.branch(orchestrator=chooses(AGAIN), ada=says("A")).ask("Go.")
    assert turn.status == "incomplete" and turn.output == "A"
    assert turn.record.reason.startswith("ada was asked the same 2 times")
    prompts = [call.prompt for call in turn.calls if call.agent == "orchestrator"]
    assert ["asked the same again" in prompt for prompt in prompts] == [False, False, True]
    closed = turn.orchestration.closed
    assert closed is not None and (closed.status, closed.stopped_by) == ("incomplete", "repetition")
    assert turn.orchestration.decisions[-1].outcome is not None
    assert turn.orchestration.decisions[-1].outcome.status == "stopped"


def test_agents_that_hand_on_in_a_circle_are_stopped_by_their_depth(stage: Stage) -> None:
    """O2, complaint: a self-delegating agent; five delegations deep and no deeper."""
    choice = calling("hand_off", agent="ada", reasoning="She knows.")
    numbers = iter(range(99))
    turn = stage.branch(
        orchestrator=chooses(choice), ada=lambda asked: hands_on("ada", f"Part {next(numbers)}.")(asked)
    ).ask("Go.")
    assert turn.status == "incomplete"
    assert turn.record.reason == "ada would work 6 delegations deep; the limit is 5"
    assert len([call for call in turn.calls if call.agent == "ada"]) == 5


@pytest.mark.parametrize(
    ("limits", "guard"),
    [(Limits(decisions=3, repeats=9), "decisions"), (Limits(calls=2, repeats=9), "calls")],
)
def test_decisions_and_agent_calls_are_counted(stage: Stage, limits: Limits, guard: str) -> None:
    """Each stop has its reason, and names the guard."""
    orchestration = Orchestration(policy="Be quick.", limits=limits)
    turn = stage.branch(orchestration, orchestrator=chooses(AGAIN), ada=says("A")).ask("Go.")
    closed = turn.orchestration.closed
    assert turn.status == "incomplete" and closed is not None and closed.stopped_by == guard
    assert len(turn.orchestration.decisions) == 3


def test_limits_that_make_no_sense_are_refused() -> None:
    """Nobody delegates deeper than five."""
    for wrong in ({"decisions": 0}, {"depth": 6}, {"repeats": -1}):
        with pytest.raises(HistoryError, match="the limit of"):
            Limits(**wrong)


LIMITS = some.builds(
    Limits,
    decisions=some.integers(1, 6),
    calls=some.integers(1, 12),
    depth=some.integers(1, 5),
    repeats=some.integers(1, 3),
)
ASKED = some.tuples(some.sampled_from("abc"), some.sampled_from(["x", "X ", "y"]), some.integers(1, 7))


@given(limits=LIMITS, asked=some.lists(ASKED, max_size=40))
def test_no_sequence_of_calls_passes_the_limits(limits: Limits, asked: list[tuple[str, str, int]]) -> None:
    """Pure: what the guards let through is never more than was allowed."""
    tally = Tally()
    let: list[tuple[str, str, int]] = []
    for agent, prompt, depth in asked:
        if before_call(tally, limits, agent, prompt, depth) is None:
            tally = tally.called(agent, prompt)
            let.append((agent, prompt, depth))
    assert len(let) <= limits.calls and all(depth <= limits.depth for *_, depth in let)
    same = [(agent, prompt.strip().lower()) for agent, prompt, _ in let]
    assert all(same.count(one) <= limits.repeats for one in same)
    for _ in range(limits.decisions):
        assert before_decision(tally, limits) is None
        tally = tally.decided()
    assert before_decision(tally, limits) is not None


PEOPLE = ["ada", "bob", "eve"]
SEATS = some.lists(
    some.builds(lambda name: {"member": name, "task": name}, some.sampled_from(PEOPLE)), max_size=3
)
CHOICES = some.lists(
    some.one_of(
        some.builds(
            lambda who: calling("answer_directly", agent=who, reasoning="r"), some.sampled_from(PEOPLE)
        ),
        some.builds(
            lambda who: calling("hand_off", agent=who, reasoning="r", finish=False), some.sampled_from(PEOPLE)
        ),
        some.builds(lambda who: calling("run_sequence", members=who, reasoning="r"), SEATS),
        some.builds(lambda who: calling("run_parallel", members=who, reasoning="r"), SEATS),
        some.just(calling("review", writer="ada", critic="bob", rounds=2, reasoning="r")),
        some.just(calling("answer_directly", agent="ada", reasoning=" ")),
        some.just("I do not decide."),
    ),
    min_size=1,
    max_size=4,
)


@given(choices=CHOICES, tokens=some.one_of(some.none(), some.integers(0, 12000)), calls=some.integers(1, 9))
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # a smaller case is not worth its minutes
)
def test_whatever_is_chosen_it_ends_within_its_limits_and_a_fallback_answers(
    choices: list[Any], tokens: int | None, calls: int
) -> None:
    """Over random choices of an orchestrator, a failing worker and one that hands on in a circle."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as exits:
        stage = Stage(Path(folder), exits)
        limits = Limits(decisions=3, calls=4)
        orchestration = Orchestration(policy="Be quick.", limits=limits, budget=tokens)
        people = {"ada": repeats, "bob": fails(), "eve": hands_on("eve", "More.")}
        main = stage.branch(orchestration, orchestrator=chooses(*choices), **people)
        history = stage.scenes[-1]
        turn = history.branch("main", budget=Budget(calls=calls)).ask("Go.")
        context = turn.orchestration
        assert turn.status in ("completed", "incomplete") and context.closed is not None
        assert len(turn.calls) <= calls
        decided = [one for one in context.decisions if not one.fallback]
        assert len(decided) <= limits.decisions
        if turn.status == "incomplete":
            assert turn.record.reason
        if context.fallbacks and turn.status == "completed":
            assert turn.output == "Go."
        spent = [one.usage.total_tokens for one in context.decisions]
        if tokens is not None and spent:
            assert sum(spent) < tokens + max(spent)
        other = main.ask("Another.")
        ids = {turn.id, other.id}
        assert not any(one in other.orchestration.file.read_text() for one in ids)
