"""One decision after another: what is decided, on what, why, and where that is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.orchestration.conftest import Stage
from tests.orchestration.personas import chooses, fails, policy_reader, repeats, says
from threadlab.connect.scripted_model import Answer, Asked, calling, failing
from threadlab.orchestration.agent_member import AgentMember
from threadlab.orchestration.choice import InvalidChoice, chosen_by
from threadlab.orchestration.offer import Offer
from threadlab.orchestration.orchestration import Orchestration
from threadlab.orchestration.ways.all_ways import WAYS

POLICY = """
- " and ": run_parallel with ada, bob
- otherwise: answer_directly with ada
"""


def test_a_small_request_is_answered_by_one_agent_and_all_of_it_is_on_disk(stage: Stage) -> None:
    """O9, O12, O22, O27, O34, O38: one call decides, one answers; each fact of it is a line of its file."""
    main = stage.branch(
        Orchestration(policy=POLICY), orchestrator=policy_reader, ada=says("4"), bob=says("?")
    )
    turn = main.ask("What is 2+2?")
    assert (turn.status, turn.output) == ("completed", "4")
    assert [call.path for call in turn.calls] == ["1.decide", "1.answer"]
    (decision,) = turn.orchestration.decisions
    assert (decision.way, decision.agents, decision.looked_at) == ("answer_directly", ("ada",), ("request",))
    assert "otherwise" in decision.reasoning
    assert decision.outcome is not None and decision.outcome.text == "4"
    kinds = [json.loads(line)["type"] for line in turn.orchestration.file.read_text().splitlines()]
    assert kinds == [
        "context_opened",
        "decision_taken",
        "outcome_seen",
        "post_mortem_written",
        "context_closed",
    ]
    closed = turn.orchestration.closed
    assert closed is not None and closed.usage == turn.orchestration.usage == turn.calls[0].usage
    assert closed.work == turn.calls[1].usage


def test_a_request_of_several_parts_goes_to_a_team_and_another_policy_sends_it_elsewhere(
    stage: Stage,
) -> None:
    """O7, O9, O11: only the policy's text differs."""
    people = {"orchestrator": policy_reader, "ada": says("A"), "bob": says("B")}
    team = stage.branch(Orchestration(policy=POLICY), **people).ask("The tides and the winds?")
    alone = stage.branch(Orchestration(policy="- otherwise: answer_directly with bob"), **people).ask(
        "The tides and the winds?"
    )
    assert [call.path for call in team.calls] == ["1.decide", "1.team.ada", "1.team.bob", "2.decide"]
    assert (team.output, alone.output) == ("ada:\nA\n\nbob:\nB", "B")
    assert [one.way for one in team.orchestration.decisions] == ["run_parallel", "stop"]
    assert [line.split()[:2] for line in str(team.orchestration).splitlines()] == [
        ["1", "run_parallel"],
        ["2", "stop"],
    ]


def test_nothing_of_it_is_in_the_conversation(stage: Stage) -> None:
    """O18: the thread holds what the user and the agents said, and the next agent is given just that."""
    main = stage.branch(
        Orchestration(policy=POLICY), orchestrator=policy_reader, ada=says("A"), bob=says("B")
    )
    main.ask("Hello.")
    main.ask("The tides and the winds?")
    last = main.ask("Thank you.")
    said = [(one.role, one.text) for one in main.context.said]
    assert said == [
        ("user", "Hello."),
        ("assistant", "A"),
        ("user", "The tides and the winds?"),
        ("assistant", "ada:\nA\n\nbob:\nB"),
        ("user", "Thank you."),
        ("assistant", "A"),
    ]
    answer = last.calls[-1]
    thread = stage.at(main).lab.messages.list(str(answer.thread_id), order="asc")
    assert [(one.role, one.text) for one in thread] == said
    deciding = {call.thread_id for run in main.runs for call in run.calls if call.agent == "orchestrator"}
    assert answer.thread_id not in deciding


def test_the_first_decision_is_given_everything_and_later_ones_only_what_is_new(stage: Stage) -> None:
    """O10, O24, O25, O26: decision 2 is far smaller, cites what it saw, and the saving is counted."""
    main = stage.branch(
        Orchestration(policy=POLICY), orchestrator=policy_reader, ada=says("A" * 2000), bob=says("B")
    )
    for text in ("One.", "Two.", "Three."):
        main.ask(text)
    turn = main.ask("This and that?")
    first, second = turn.orchestration.decisions
    assert "AAAA" in turn.calls[0].prompt and "[turn 3] user: Three." in turn.calls[0].prompt
    assert "Three." not in turn.calls[-1].prompt
    assert second.saved_tokens > 1500 and second.input_tokens < first.input_tokens
    small = stage.branch(
        Orchestration(policy=POLICY), orchestrator=policy_reader, ada=says("A"), bob=says("B")
    )
    for text in ("One. " * 400, "Two.", "Three."):
        small.ask(text)
    first, second = small.ask("This and that?").orchestration.decisions
    assert second.input_tokens * 5 < first.input_tokens
    assert first.saved_tokens == 0 and second.saved_tokens > 400


def test_a_decision_cites_the_turns_that_it_looked_at_by_their_user_runs(stage: Stage) -> None:
    """O10, O29: what is no turn and no decision is left out, and so is a learning that was not quoted."""
    choice = calling(
        "answer_directly",
        agent="ada",
        reasoning="As before.",
        looked_at=["turn 1", "request", "turn 9"],
        learnings=["learning-of-nobody"],
    )
    main = stage.branch(orchestrator=chooses(choice), ada=repeats)
    first = main.ask("One.")
    (decision,) = main.ask("Two.").orchestration.decisions
    assert decision.looked_at == (first.id, "request") and decision.learnings == ()


INVALID: dict[str, tuple[Any, str]] = {
    "an agent that nobody knows": (
        calling("answer_directly", agent="eve", reasoning="She knows."),
        "it chose 'eve'; there are: ada",
    ),
    "no reasoning": (calling("answer_directly", agent="ada", reasoning=" "), "without saying why"),
    "wrong arguments": (calling("answer_directly", who="ada", reasoning="So."), "do not fit"),
    "no tool": ("Let ada do it.", "called none of its tools"),
    "a tool that there is not": (calling("fly", reasoning="Up."), "'fly'"),
    "a pattern that there is not": (
        calling("use_pattern", pattern="magic", reasoning="So."),
        "no pattern 'magic'",
    ),
    "an empty team": (
        calling("run_parallel", members=[], reasoning="So."),
        "run_parallel needs at least 1 member",
    ),
    "an error": (failing("no model there"), "no model there"),
}


@pytest.mark.parametrize("case", INVALID)
def test_without_a_valid_choice_the_default_agent_answers_and_that_is_recorded(
    stage: Stage, case: str
) -> None:
    """O16: the user gets an answer, and the context tells why, as its replay's does."""
    choice, why = INVALID[case]
    turn = stage.branch(orchestrator=chooses(choice), ada=says("I answer.")).ask("Anybody?")
    assert (turn.status, turn.output) == ("completed", "I answer.")
    (fallback,) = turn.orchestration.fallbacks
    (decision,) = turn.orchestration.decisions
    assert why in fallback.why and decision.fallback == fallback.why and fallback.agent == "ada"
    assert decision.reasoning.startswith("Fallback: ")
    assert turn.replay().orchestration.fallbacks == (fallback,)


def test_two_choices_at_once_are_none(stage: Stage) -> None:
    """A service that lets a model make several calls at once lets it contradict itself."""
    policy = Orchestration(policy="- otherwise: answer_directly with ada")
    call = stage.branch(policy, orchestrator=policy_reader, ada=says("A")).ask("Hello.").calls[0]
    step = next(one for one in call.steps if one.type == "tool_calls")
    twice = replace(step, tool_calls=step.tool_calls * 2)
    offer = Offer(ways=WAYS, members={"ada": AgentMember("ada")}, default="ada")
    assert chosen_by(call, offer, {}).agents == ("ada",)
    with pytest.raises(InvalidChoice, match="2 choices at once: answer_directly, answer_directly"):
        chosen_by(replace(call, steps=(twice,)), offer, {})


def test_a_decision_is_one_consultation_of_its_model_and_a_small_one(stage: Stage) -> None:
    """O14: once the choice is made, its run is ended: nothing more is said, nor paid for."""
    asked: list[Asked] = []

    def decide(asking: Asked) -> Answer:
        asked.append(asking)
        return calling("answer_directly", agent="ada", reasoning="Again and again.")

    turn = stage.branch(orchestrator=decide, ada=says("A")).ask("Hello.")
    call = turn.calls[0]
    assert turn.output == "A" and len(asked) == 1
    assert (call.status, call.tools[0].output, call.run and call.run.status) == (
        "completed", "noted", "cancelled",
    )  # fmt: skip
    assert 0 < call.usage.total_tokens < 2300


def test_its_own_budget_used_up_leads_to_the_fallback_and_not_to_a_failure(stage: Stage) -> None:
    """O20: after one decision nothing is left; the work's own tokens are not counted in it."""
    orchestration = Orchestration(policy=POLICY, budget=100)
    main = stage.branch(orchestration, orchestrator=policy_reader, ada=says("A"), bob=says("B"))
    turn = main.ask("This and that?")
    assert (turn.status, turn.output) == ("completed", "A")
    assert [call.path for call in turn.calls] == ["1.decide", "1.team.ada", "1.team.bob", "2.answer"]
    (fallback,) = turn.orchestration.fallbacks
    assert fallback.why.startswith("its budget of 100 tokens is used up")
    assert turn.replay().orchestration.fallbacks == (fallback,)
    assert turn.orchestration.opened is not None and turn.orchestration.opened.budget == 100


def test_a_fallback_that_fails_is_a_user_run_that_failed(stage: Stage) -> None:
    """There is nobody left who could answer; the reason is the agent's own."""
    turn = stage.branch(orchestrator=says("No idea."), ada=fails("ill")).ask("Anybody?")
    assert turn.status == "failed" and turn.record.error is not None and "ill" in turn.record.error.message
    assert turn.orchestration.closed is not None and turn.orchestration.closed.status == "failed"


def test_contexts_belong_to_one_user_run_each_and_plain_turns_have_an_empty_one(stage: Stage) -> None:
    """O22, U13: the second user run's context tells nothing of the first."""
    main = stage.branch(orchestrator=policy_reader, ada=says("A"))
    first, second = main.ask("One."), main.ask("Two.")
    assert first.orchestration != second.orchestration
    assert [len(one.orchestration.decisions) for one in (first, second)] == [1, 1]
    history = stage.at(main)
    plain = history.branch("plain", agents=list(main.config.agents.values())[:1]).ask("Hello.")
    assert not plain.orchestration and plain.orchestration.decisions == ()


def test_summarising_the_conversation_leaves_decisions_as_they_are(stage: Stage) -> None:
    """O21: and the other way round: no decision is in what is summarised."""
    main = stage.branch(
        Orchestration(policy=POLICY), orchestrator=policy_reader, ada=says("A"), bob=says("B")
    )
    turn = main.ask("This and that?")
    before = turn.orchestration.file.read_bytes()
    turn.summarise("They spoke of this and that.")
    assert turn.orchestration.file.read_bytes() == before
    summary = "(A summary of what was said before: They spoke of this and that.)"
    assert [one.text for one in main.context.said] == [summary]


def test_an_orchestrated_user_run_counts_decisions_and_work_as_one_sum(stage: Stage) -> None:
    """O14: what deciding took and what working took are told apart, and nothing is lost between them."""
    main = stage.branch(
        Orchestration(policy=POLICY), orchestrator=policy_reader, ada=says("A"), bob=says("B")
    )
    turn = main.ask("This and that?")
    closed = turn.orchestration.closed
    assert closed is not None and closed.usage + closed.work == turn.usage
    assert closed.seconds > 0 and closed.decisions == 2
