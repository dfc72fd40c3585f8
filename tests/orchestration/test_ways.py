"""The ways to proceed: who is asked what, in which order, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orchestration.conftest import Stage, agent
from tests.orchestration.personas import (
    chooses,
    fails,
    hands_on,
    policy_reader,
    repeats,
    says,
    wants,
    writes,
)
from threadlab.connect.scripted_model import calling
from threadlab.journal.decision import Seat
from threadlab.orchestration.orchestration import Orchestration
from threadlab.orchestration.pattern import Pattern
from threadlab.orchestration.ways.all_ways import WAYS
from threadlab.tools.tool import tool

DONE = calling("stop", reasoning="It is done.")


def members(*names: str) -> list[dict[str, str]]:
    """Each with its own part."""
    return [{"member": name, "role": f"the {name}", "task": f"Part {name}."} for name in names]


def test_the_orchestrator_sees_its_ways_as_tools_made_of_typed_functions(stage: Stage) -> None:
    """O8, O54: they are in the recorded configuration, and a learner can print them."""
    turn = stage.branch(orchestrator=policy_reader, ada=repeats).ask("Hello.")
    tools = {
        one["function"]["name"]: one["function"] for one in turn.record.config.agents["orchestrator"].tools
    }
    assert (
        list(tools)
        == list(WAYS)
        == [
            "answer_directly",
            "run_sequence",
            "run_parallel",
            "hand_off",
            "review",
            "debate",
            "ask_user",
            "stop",
        ]
    )
    for one in tools.values():
        assert "reasoning" in one["parameters"]["required"] and one["description"]


def test_in_a_sequence_each_is_given_what_those_before_it_said(stage: Stage) -> None:
    """O37, O43, O44: parts, contributions with usage and time, one after another."""
    choice = calling("run_sequence", members=members("ada", "bob"), reasoning="In stages.", finish=True)
    turn = stage.branch(orchestrator=chooses(choice), ada=says("ADA"), bob=repeats).ask("Go.")
    ada, bob = turn.orchestration.contributions
    assert (ada.member, ada.role, ada.text, ada.path) == ("ada", "the ada", "ADA", "1.team.ada")
    assert "Part bob." in bob.text and "ada said:\nADA" in bob.text and "Part ada." not in bob.text
    assert turn.calls[2].started_at >= turn.calls[1].started_at + turn.calls[1].seconds
    assert ada.usage.total_tokens > 0 and bob.seconds > 0
    assert [call.path for call in turn.calls] == ["1.decide", "1.team.ada", "1.team.bob"]
    (decision,) = turn.orchestration.decisions
    assert decision.team == (
        Seat(member="ada", role="the ada", task="Part ada."),
        Seat(member="bob", role="the bob", task="Part bob."),
    )


def test_members_that_work_at_the_same_time_take_as_long_as_the_slowest(stage: Stage) -> None:
    """O44: less than the sum of their times, by the service's own clock; and the same each time."""

    def played() -> Any:
        choice = calling("run_parallel", members=members("ada", "bob", "cyd"), reasoning="Parts.")
        people = {"ada": says("A " * 400), "bob": says("B"), "cyd": says("C")}
        return stage.branch(orchestrator=chooses(choice, DONE), **people).ask("Go.")

    turn, again = played(), played()
    outcome = turn.orchestration.decisions[0].outcome
    assert outcome is not None and outcome.status == "completed"
    slowest = max(one.seconds for one in outcome.contributions)
    assert slowest <= outcome.seconds < sum(one.seconds for one in outcome.contributions)
    assert outcome.seconds == pytest.approx(slowest, rel=0.2)
    assert turn.record.entries == again.record.entries


def test_what_came_of_it_is_told_in_the_order_of_the_team_whoever_was_ready_first(stage: Stage) -> None:
    """O44: so the next decision is given the same when it is replayed, where nobody takes any time."""

    @tool
    def look_up(word: str) -> str:
        """Look a word up."""
        return "found"

    choice = calling("run_parallel", members=members("ada", "bob"), reasoning="Parts.")

    def slow(asked: Any) -> Any:
        return calling("look_up", word="tide") if asked.call == 1 else "A"

    stage.branch(orchestrator=chooses(choice, DONE), ada=slow, bob=says("B"))
    turn = stage.scenes[-1].branch("main", tools=[look_up]).ask("Go.")
    ada, bob = turn.orchestration.contributions
    assert (ada.member, bob.member) == ("ada", "bob") and ada.seconds > bob.seconds
    assert turn.replay().output == turn.output


def test_one_member_that_fails_leaves_a_partial_result_and_does_not_hold_up_the_others(stage: Stage) -> None:
    """Complaint 26: the orchestrator is told what the failed one had done, and why it did not go on."""
    choice = calling("run_parallel", members=members("ada", "bob"), reasoning="Parts.")
    turn = stage.branch(orchestrator=chooses(choice, DONE), ada=fails("ada is ill"), bob=says("B")).ask("Go.")
    outcome = turn.orchestration.decisions[0].outcome
    assert outcome is not None and (outcome.status, outcome.text) == ("incomplete", "B")
    assert "ada is ill" in outcome.reason
    assert "ada (the ada) failed: ada is ill" in turn.calls[-1].prompt
    assert turn.status == "completed"
    again = turn.replay().orchestration.decisions[0].outcome
    assert again is not None and again.contributions == outcome.contributions


def test_a_member_may_have_two_seats(stage: Stage) -> None:
    """O37, O43: both of its texts are in what comes of it, and reach whoever comes behind them."""
    seats = [{"member": "ada", "task": "Red."}, {"member": "ada", "task": "Blue."}]
    parallel = calling("run_parallel", members=seats, reasoning="Two parts.", finish=True)
    people = {"ada": lambda asked: asked.messages[-1].text.split("\n\n")[1], "bob": repeats}
    both = stage.branch(orchestrator=chooses(parallel), **people).ask("Go.")
    assert both.output == "ada:\nYour part: Red.\n\nada (2):\nYour part: Blue."
    sequence = calling("run_sequence", members=[*seats, {"member": "bob"}], reasoning="So.", finish=True)
    last = stage.branch(orchestrator=chooses(sequence), **people).ask("Go.").output
    assert "ada said:\nYour part: Red.\n\nada (2) said:\nYour part: Blue." in last


def test_a_sequence_ends_at_the_first_that_fails(stage: Stage) -> None:
    """What would come after it would stand on nothing."""
    choice = calling("run_sequence", members=members("ada", "bob"), reasoning="In stages.")
    turn = stage.branch(orchestrator=chooses(choice, DONE), ada=fails(), bob=says("B")).ask("Go.")
    assert [call.agent for call in turn.calls] == ["orchestrator", "ada", "orchestrator"]


def test_a_partial_result_tells_the_steps_that_were_done(stage: Stage) -> None:
    """The tool call of a member that failed afterwards is named."""

    @tool
    def look_up(word: str) -> str:
        """Look a word up."""
        return "found"

    def ada(asked: Any) -> Any:
        if asked.call == 1:
            return calling("look_up", word="tide")
        raise RuntimeError("the line is dead")

    choice = calling("run_sequence", members=members("ada"), reasoning="So.")
    stage.branch(orchestrator=chooses(choice, DONE), ada=ada)
    main = stage.scenes[-1].branch("main", tools=[look_up])
    (done,) = main.ask("Go.").orchestration.contributions
    assert done.status == "failed" and done.steps == ('look_up({"word": "tide"})',)
    assert "the line is dead" in done.reason


def test_whoever_a_request_is_handed_to_knows_the_conversation_and_may_hand_it_on(stage: Stage) -> None:
    """O45: the last one's answer is the user's."""
    choice = calling("hand_off", agent="desk", reasoning="The desk knows who.")
    first = calling("answer_directly", agent="bill", reasoning="So.")
    main = stage.branch(
        orchestrator=chooses(first, choice), desk=hands_on("bill", "Look at the date."), bill=repeats
    )
    main.ask("I am Zoe.")
    turn = main.ask("My bill is wrong.")
    assert turn.status == "completed" and "Look at the date." in turn.output
    assert [one.member for one in turn.orchestration.contributions] == ["desk", "bill"]
    thread = stage.at(main).lab.messages.list(str(turn.calls[-1].thread_id), order="asc")
    assert [one.text for one in thread][:2] == ["I am Zoe.", "I am Zoe."]
    assert [one.text for one in main.context.said][2:] == ["My bill is wrong.", turn.output]


def test_handing_on_to_nobody_known_is_an_outcome_that_says_so(stage: Stage) -> None:
    """The orchestrator is told, and decides again."""
    choice = calling("hand_off", agent="desk", reasoning="So.")
    turn = stage.branch(orchestrator=chooses(choice, DONE), desk=hands_on("nobody")).ask("Go.")
    outcome = turn.orchestration.decisions[0].outcome
    assert outcome is not None and outcome.reason == "desk handed on to 'nobody', whom nobody knows"


@pytest.mark.parametrize(("rounds", "status"), [(3, "completed"), (1, "incomplete")])
def test_a_review_goes_on_until_the_critic_accepts_or_the_rounds_are_over(
    stage: Stage, rounds: int, status: str
) -> None:
    """O45: the second draft has what the critic asked for."""
    choice = calling("review", writer="ada", critic="bob", rounds=rounds, reasoning="It must be right.")
    turn = stage.branch(orchestrator=chooses(choice, DONE), ada=writes("A tide."), bob=wants("moon")).ask(
        "Go."
    )
    outcome = turn.orchestration.decisions[0].outcome
    assert outcome is not None and outcome.status == status
    said = [(one.member, one.turn) for one in outcome.contributions]
    if status == "completed":
        assert said == [("ada", 1), ("bob", 1), ("ada", 2), ("bob", 2)]
        assert (outcome.text, turn.output) == ("A tide. moon", "A tide. moon")
    else:
        assert outcome.reason.startswith("not accepted after 1 rounds") and outcome.text == "A tide."


def test_in_a_debate_all_see_each_others_answers_and_a_judge_concludes(stage: Stage) -> None:
    """O45: two members, two rounds, one judge."""
    choice = calling(
        "debate", members=members("ada", "bob"), judge="cyd", reasoning="Two views.", finish=True
    )
    people = {"ada": says("Yes."), "bob": says("No."), "cyd": repeats}
    turn = stage.branch(orchestrator=chooses(choice), **people).ask("Is it?")
    paths = [call.path for call in turn.calls]
    assert paths == ["1.decide", "1.team.ada", "1.team.bob", "1.team.ada-2", "1.team.bob-2", "1.team.judge"]
    second = next(call for call in turn.calls if call.path == "1.team.ada-2")
    assert "bob said:\nNo." in second.prompt
    assert "ada said:\nYes." in turn.output and "Conclude" in turn.output


def test_the_user_is_asked_and_the_answer_reaches_the_next_decision(stage: Stage) -> None:
    """The user run waits at `1.ask`; the answer is recorded, and replays without asking again."""
    choice = calling("ask_user", question="Which city?", reasoning="It is not said.")
    last = calling("answer_directly", agent="ada", reasoning="Now it is clear.")
    main = stage.branch(orchestrator=chooses(choice, last), ada=says("Sunny."))
    turn = main.ask("How is the weather?")
    assert turn.status == "requires_action"
    (asked,) = turn.interrupts
    assert (asked.id, asked.kind, asked.question) == ("1.ask", "input", "Which city?")
    turn.answer("Oslo")
    assert (turn.status, turn.output) == ("completed", "Sunny.")
    assert "Oslo" in turn.calls[1].prompt
    kinds = [type(entry.fact).__name__ for entry in turn.orchestration.entries]
    assert kinds.count("ContextOpened") == 1 and kinds.count("DecisionTaken") == 2
    assert turn.replay().output == "Sunny."


def test_a_question_that_nobody_will_answer_is_closed_by_a_cancel(stage: Stage) -> None:
    """O22: the context ends with its user run, also one that waited."""
    choice = calling("ask_user", question="Which city?", reasoning="It is not said.")
    turn = stage.branch(orchestrator=chooses(choice), ada=says("Sunny.")).ask("How is the weather?")
    turn.cancel("never mind")
    closed = turn.orchestration.closed
    assert turn.status == "cancelled" and closed is not None and closed.status == "cancelled"
    assert "never mind" in closed.reason


def test_a_members_question_bubbles_up_under_its_own_path(stage: Stage) -> None:
    """Complaint 6: the tool that nobody here has is asked for at the user run; the other keeps its work."""
    choice = calling("run_parallel", members=members("ada", "bob"), reasoning="Parts.")
    history = stage.history(
        orchestrator=chooses(choice, DONE),
        ada=lambda asked: calling("ask_user", question="Red?") if asked.call == 1 else "It is red.",
        bob=says("B"),
    )
    question = {"type": "object", "properties": {"question": {"type": "string"}}}
    asking = {"name": "ask_user", "parameters": question}
    ada = agent(history.lab, "ada", tools=[{"type": "function", "function": asking}])
    main = history.branch(
        agents=[ada, agent(history.lab, "bob")], orchestrated_by=Orchestration(policy="Be quick.")
    )
    turn = main.ask("Go.")
    assert [one.id for one in turn.interrupts] == ["1.team.ada.ask_user.1"]
    assert [call.status for call in turn.calls if call.agent == "bob"] == ["completed"]
    turn.answer("yes")
    assert (turn.status, turn.output) == ("completed", "ada:\nIt is red.\n\nbob:\nB")
    assert len([call for call in turn.calls if call.agent == "bob"]) == 1


def test_a_members_approval_bubbles_up_too(stage: Stage) -> None:
    """And once it was given, the tool is called once."""
    calls: list[str] = []

    @tool(approve=True)
    def pay(amount: str) -> str:
        """Pay."""
        calls.append(amount)
        return "paid"

    choice = calling("run_sequence", members=members("ada"), reasoning="So.", finish=True)
    stage.branch(
        orchestrator=chooses(choice),
        ada=lambda asked: calling("pay", amount="5") if asked.call == 1 else "Done.",
    )
    turn = stage.scenes[-1].branch("main", tools=[pay]).ask("Pay.")
    assert [(one.id, one.kind) for one in turn.interrupts] == [("1.team.ada.pay.1", "approval")]
    assert turn.answer("approve").output == "Done." and calls == ["5"]


def test_parameters_of_a_decision_are_those_of_its_members_runs(stage: Stage) -> None:
    """O36: model, temperature, the most to write, and which tools; the run shows them."""
    seen: list[Any] = []

    @tool
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    @tool
    def guess() -> str:
        """Guess."""
        return "5"

    def ada(asked: Any) -> str:
        seen.append(asked)
        return "4"

    parameters = {"model": "large", "temperature": 0.1, "max_completion_tokens": 50, "tools": ["add"]}
    choice = calling(
        "answer_directly", agent="ada", task="Be exact.", parameters=parameters, reasoning="Sums."
    )
    stage.branch(orchestrator=chooses(choice), ada=ada)
    turn = stage.scenes[-1].branch("main", tools=[add, guess]).ask("2+2?")
    (asked,) = seen
    assert asked.model == "large" and asked.options["temperature"] == 0.1
    assert asked.options["max_completion_tokens"] == 50
    assert [one["function"]["name"] for one in asked.tools] == ["add"]
    assert asked.instructions.endswith("Be exact.") and asked.messages[-1].text == "2+2?"
    run = turn.calls[-1].run
    assert run is not None and run.model == "large"
    (decision,) = turn.orchestration.decisions
    assert decision.parameters == parameters and decision.task == "Be exact."


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"way": "fly"}, "the way 'fly', which there is not"),
        ({"team": (Seat(member="ada"),)}, "review takes at least 2 members, its team has 1"),
        ({"arguments": {"rounds": "many"}}, "rounds: Input should be a valid integer"),
        ({"arguments": {"round": 2}}, "round: Extra inputs are not permitted"),
        ({"team": (Seat(member="ada"), Seat(member="eve"))}, "nobody is called eve"),
    ],
)
def test_a_pattern_that_nobody_could_carry_out_is_not_offered(
    stage: Stage, wrong: dict[str, Any], why: str
) -> None:
    """O16, O46: whoever chooses it all the same gets the default agent's answer, and is told why."""
    team = (Seat(member="ada"), Seat(member="bob"))
    pattern = Pattern(**{"name": "odd", "way": "review", "team": team, **wrong})
    choice = calling("use_pattern", pattern="odd", reasoning="Why not.")
    orchestration = Orchestration(policy="Be quick.", patterns={"odd": pattern})
    turn = stage.branch(orchestration, orchestrator=chooses(choice), ada=says("A"), bob=says("B")).ask("Go.")
    (fallback,) = turn.orchestration.fallbacks
    assert turn.output == "A" and why in fallback.why
    tools = [one["function"]["name"] for one in turn.record.config.agents["orchestrator"].tools]
    assert "use_pattern" not in tools


def test_a_pattern_is_a_way_with_its_team_set(stage: Stage) -> None:
    """O35: the decision names both the pattern and the way."""
    pattern = Pattern(
        name="careful",
        way="review",
        description="For what must be right.",
        team=(Seat(member="ada", role="writer"), Seat(member="bob", role="critic")),
        arguments={"rounds": 2},
    )
    choice = calling("use_pattern", pattern="careful", task="A line.", reasoning="It matters.", finish=True)
    orchestration = Orchestration(policy="Be quick.", patterns={"careful": pattern})
    turn = stage.branch(orchestration, orchestrator=chooses(choice), ada=writes("A."), bob=wants("A")).ask(
        "Go."
    )
    (decision,) = turn.orchestration.decisions
    assert (decision.pattern, decision.way, decision.agents) == ("careful", "review", ("ada", "bob"))
    assert turn.output == "A." and "Your part as writer: A line." in turn.calls[1].prompt
