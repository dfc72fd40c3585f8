"""Guards: whatever an orchestrator chooses, it comes to an end, with a reason; and a fallback answers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as some

from tests.orchestration.conftest import Stage
from tests.orchestration.personas import chooses, fails, hands_on, repeats, says
from threadlab.connect.scripted_model import Answer, Asked, calling, failing
from threadlab.errors import HistoryError
from threadlab.history.work.budget import Budget
from threadlab.orchestration.guards import Limits, Tally, before_call, before_decision
from threadlab.orchestration.orchestration import Orchestration

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
INVALID = [
    calling("answer_directly", agent="ada", reasoning=" "),
    calling("answer_directly", agent="nobody", reasoning="r"),
    calling("use_pattern", pattern="magic", reasoning="r"),
    failing("no model there"),
    "I do not decide.",
]
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
        some.sampled_from(INVALID),
    ),
    min_size=1,
    max_size=4,
)
FEW = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # a smaller case is not worth its minutes
)
A_DECISION = 2000
"""Tokens that the first decision takes here, at least: more than any member's call."""


@contextmanager
def scene() -> Iterator[Stage]:
    """A stage for one example."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as exits:
        yield Stage(Path(folder), exits)


@example(choices=["I do not decide."], own=0)
@given(choices=CHOICES, own=some.sampled_from([None, 0, A_DECISION * 3 // 4, A_DECISION * 3 // 2]))
@FEW
def test_whatever_is_chosen_it_ends_within_its_limits(choices: list[Any], own: int | None) -> None:
    """Over random choices of an orchestrator, a failing worker and one that hands on in a circle.

    Its own budget is exceeded by the decision that uses it up, and a replay tells the same of all this.
    """
    limits = Limits(decisions=3, calls=4)
    orchestration = Orchestration(policy="Be quick.", limits=limits, budget=own)
    people = {"ada": repeats, "bob": fails(), "eve": hands_on("eve", "More.")}
    with scene() as stage:
        turn = stage.branch(orchestration, orchestrator=chooses(*choices), **people).ask("Go.")
        context, again = turn.orchestration, turn.replay(on_plan=None)
        assert turn.status in ("completed", "incomplete") and context.closed is not None
        assert turn.record.reason or turn.status == "completed"
        assert len(context.decisions) <= limits.decisions
        by_members = [call for call in turn.calls if ".team." in call.path or call.agent == "bob"]
        assert len(by_members) <= limits.calls
        paid = [one.usage.total_tokens for one in context.decisions if one.usage.total_tokens]
        assert own is None or not paid or sum(paid[:-1]) < own
        assert again.status == turn.status and again.output == turn.output
        told = [(one.way, one.agents, one.fallback) for one in context.decisions]
        assert told == [(one.way, one.agents, one.fallback) for one in again.orchestration.decisions]


@given(before=some.lists(some.sampled_from(PEOPLE), max_size=2), invalid=some.sampled_from(INVALID))
@FEW
def test_where_no_choice_can_be_had_the_default_agent_always_answers(before: list[str], invalid: Any) -> None:
    """Also when the members' calls are used up, and when it was asked the same before; ada is the default."""
    asked = [calling("answer_directly", agent=name, reasoning="r", finish=False) for name in before]
    people = {"ada": repeats, "bob": fails(), "eve": says("E")}
    limits = Limits(decisions=len(before) + 1, calls=max(1, len(before)), repeats=2)
    orchestration = Orchestration(policy="Be quick.", limits=limits)
    with scene() as stage:
        turn = stage.branch(orchestration, orchestrator=chooses(*asked, invalid), **people).ask("Go.")
        (fallback,) = turn.orchestration.fallbacks
        assert (turn.status, turn.output, fallback.agent) == ("completed", "Go.", "ada")
        assert turn.orchestration.decisions[-1].fallback == fallback.why


@given(
    tokens=some.one_of(some.none(), some.integers(A_DECISION, 3 * A_DECISION)),
    calls=some.one_of(some.none(), some.integers(1, 6)),
    lengths=some.lists(some.integers(1, A_DECISION // 2), min_size=2, max_size=4),
)
@FEW
def test_the_budget_of_a_user_run_is_exceeded_by_one_call_at_most(
    tokens: int | None, calls: int | None, lengths: list[int]
) -> None:
    """Also where members work at the same time: there is room for all of them, or one waits for the other."""
    members = [{"member": f"m{n}"} for n in range(len(lengths))]
    choice = calling("run_parallel", members=members, reasoning="r", finish=True)
    people = {f"m{n}": says("word " * length) for n, length in enumerate(lengths)}
    with scene() as stage:
        stage.branch(orchestrator=chooses(choice), **people)
        turn = stage.scenes[-1].branch("main", budget=Budget(tokens=tokens, calls=calls)).ask("Go.")
        assert calls is None or len(turn.calls) <= calls
        taken = [call.usage.total_tokens for call in turn.calls]
        assert tokens is None or sum(taken[:-1]) < tokens
        assert turn.status in ("completed", "incomplete", "requires_action")


@given(some.lists(some.booleans(), min_size=5, max_size=60))
@settings(FEW, max_examples=3)
def test_what_is_decided_in_one_user_run_never_gets_into_another(whose: list[bool]) -> None:
    """Two go on by turns, in one process and led by one orchestration: each is as if it were alone."""

    def decide(asked: Asked) -> Answer:
        word = "red" if "red" in asked.messages[-1].text else "blue"
        if "What came of it" in asked.messages[-1].text:
            return calling("stop", reasoning=f"Enough {word}.")
        return calling("run_parallel", members=[{"member": "ada"}, {"member": "bob"}], reasoning=word)

    led = Orchestration(policy="Be quick.", limits=Limits(decisions=2, calls=2, repeats=1))
    with scene() as stage:
        stage.branch(led, orchestrator=decide, ada=repeats, bob=repeats)
        history = stage.scenes[-1]
        agents = [one for name, one in history.branch("main").config.agents.items() if name in ("ada", "bob")]
        at_work = [
            history.branch(word, agents=agents, orchestrated_by=led).follow(f"All {word}.")
            for word in ("red", "blue")
        ]
        for is_red in (*whose, *[True, False] * 200):
            next(at_work[0 if is_red else 1], None)
        for word, other in (("red", "blue"), ("blue", "red")):
            (turn,) = history.branch(word).runs
            assert turn.status == "completed" and turn.orchestration.closed is not None
            assert [one.reasoning for one in turn.orchestration.decisions] == [word, f"Enough {word}."]
            assert other not in turn.orchestration.file.read_text()
            assert not any(other in call.prompt for call in turn.calls)
