"""Fixed and free parts within each other: a flow in a team, a team in a team."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.orchestration.conftest import Stage, agent
from tests.orchestration.personas import chooses, repeats, says
from threadlab.connect.scripted_model import calling
from threadlab.errors import FlowDefinitionError, HistoryError
from threadlab.flows.component import AgentComponent, AgentNode, Component, PythonNode
from threadlab.flows.embedded import embedded
from threadlab.history.bodies.turn import Turn
from threadlab.history.branch import Branch
from threadlab.journal.values import Command
from threadlab.orchestration.body_member import BodyMember
from threadlab.orchestration.guards import Limits
from threadlab.orchestration.orchestration import Orchestration
from threadlab.orchestration.team_member import TeamMember

DONE = calling("stop", reasoning="It is done.")


def shout(request: str) -> str:
    """The last line, louder."""
    return request.splitlines()[-1].upper()


def pipeline() -> Component:
    """Two fixed steps: a function, then an agent that repeats what it is told."""
    say = AgentNode("say", prompt="Say: {{ loud }}", instructions="You are ada.")
    return AgentComponent("steps", [PythonNode("loud", shout), say], inputs=["request"])


def with_a_flow(stage: Stage, folder: Path) -> Branch:
    """A sequence of a flow and an agent."""
    team = [{"member": "pipeline", "task": "the tide"}, {"member": "bob"}]
    choice = calling(
        "run_sequence", members=team, reasoning="First the steps that never change.", finish=True
    )
    history = stage.history(orchestrator=chooses(choice), ada=repeats, bob=repeats)
    steps = embedded(pipeline(), history.lab, project_root=folder)
    member = BodyMember(name="pipeline", description="Shouts.", make=steps.body, nodes=steps.agents)
    return history.branch(
        agents=[agent(history.lab, "bob")],
        orchestrated_by=Orchestration(policy="Be quick.", members=(member,)),
    )


def test_a_fixed_pipeline_is_a_member_of_a_free_team(stage: Stage, tmp_path: Path) -> None:
    """O42: its units stand below the member's path, its text goes to the next member."""
    turn = with_a_flow(stage, tmp_path).ask("Go.")
    assert turn.status == "completed", turn.record.error
    assert [unit.path for unit in turn.record.units] == ["1.team.pipeline.steps.loud"]
    paths = [call.path for call in turn.calls]
    assert paths == ["1.decide", "1.team.pipeline.steps.say", "1.team.bob"]
    flow, bob = turn.orchestration.contributions
    assert flow.text == "Say: YOUR PART: THE TIDE"
    assert "pipeline said:\nSay: YOUR PART: THE TIDE" in bob.text
    assert flow.usage == turn.calls[1].usage
    assert flow.steps == ("1.team.pipeline.steps.say", "1.team.pipeline.steps.loud")


def test_a_flow_in_a_team_is_replayed_and_rerun_by_its_own_nodes(stage: Stage, tmp_path: Path) -> None:
    """The one mechanism reaches the parts of a part."""
    turn = with_a_flow(stage, tmp_path).ask("Go.")
    assert turn.replay().output == turn.output
    again = turn.rerun("1.team.pipeline.steps.say")
    assert [bool(unit.reused) for unit in again.record.units] == [True]
    assert {call.path: bool(call.reused) for call in again.calls} == {
        "1.decide": True,
        "1.team.pipeline.steps.say": False,
        "1.team.bob": False,
    }


def test_a_flow_that_takes_no_such_input_is_refused(stage: Stage) -> None:
    """It is said before anything runs, with what to write."""
    lab = stage.history().lab
    with pytest.raises(FlowDefinitionError, match="takes no input named 'topic'"):
        embedded(pipeline(), lab, input="topic")


def test_any_body_that_fails_is_a_member_that_failed(stage: Stage) -> None:
    """A member whose code raises leaves its reason, and the team goes on."""

    class Broken(Turn):
        """A body that cannot."""

        def execute(self, scope):  # type: ignore[no-untyped-def]
            yield from ()
            raise ValueError("the machine is broken")

    member = BodyMember(
        name="machine", description="Broken.", make=lambda task: Broken(commands=(Command(text=task),))
    )
    choice = calling("run_parallel", members=[{"member": "machine"}, {"member": "ada"}], reasoning="Both.")
    orchestration = Orchestration(policy="Be quick.", members=(member,))
    turn = stage.branch(orchestration, orchestrator=chooses(choice, DONE), ada=says("A")).ask("Go.")
    outcome = turn.orchestration.decisions[0].outcome
    assert outcome is not None and outcome.reason == "machine: the machine is broken" and outcome.text == "A"


def with_a_team(stage: Stage, limits: Limits | None = None) -> Branch:
    """A lead that gives half of the work to a team that decides for itself."""
    inner = Orchestration(policy="Look it up.", name="research-lead", team=("reader",))
    team = TeamMember(name="research", description="Looks things up.", orchestration=inner)
    outer = Orchestration(policy="Be quick.", members=(team,), limits=limits or Limits())
    parts = [{"member": "research", "task": "The facts."}, {"member": "bob", "task": "A rhyme."}]
    history = stage.history(
        orchestrator=chooses(calling("run_parallel", members=parts, reasoning="Two halves.", finish=True)),
        research_lead=chooses(calling("answer_directly", agent="reader", reasoning="Only the reader reads.")),
        reader=says("The tide is high."),
        bob=says("Why, oh my."),
    )
    agents = [agent(history.lab, "bob"), agent(history.lab, "reader")]
    return history.branch(agents=agents, orchestrated_by=outer)


def test_a_team_in_a_team_decides_for_itself_in_the_same_context(stage: Stage) -> None:
    """O42, O43: its decisions have paths below the member's; the guards are those of the whole."""
    turn = with_a_team(stage).ask("Go.")
    assert (turn.status, turn.output) == ("completed", "research:\nThe tide is high.\n\nbob:\nWhy, oh my.")
    decisions = turn.orchestration.decisions
    assert [one.path for one in decisions] == ["1", "1.team.research.1"]
    assert [one.agents for one in decisions] == [("research", "bob"), ("reader",)]
    paths = {call.path for call in turn.calls}
    assert paths == {"1.decide", "1.team.bob", "1.team.research.1.decide", "1.team.research.1.answer"}
    assert {one.member for one in turn.orchestration.contributions} == {"research", "bob"}
    closed = turn.orchestration.closed
    assert closed is not None and closed.decisions == 1
    told = turn.record.config.agents["orchestrator"].instructions
    assert told is not None and "- research: Looks things up." in told and "research-lead" not in told
    assert turn.replay().output == turn.output


def test_a_team_in_a_team_stops_where_delegation_is_too_deep(stage: Stage) -> None:
    """The depth counts through teams: the reader would be the second delegation."""
    turn = with_a_team(stage, Limits(depth=1)).ask("Go.")
    assert turn.status == "incomplete"
    assert turn.record.reason == "reader would work 2 delegations deep; the limit is 1"


def test_members_of_one_name_are_refused() -> None:
    """A name says who is meant."""
    twice = BodyMember(name="twin", description="", make=lambda task: Turn(commands=()))
    with pytest.raises(HistoryError, match="same name"):
        Orchestration(policy="", members=(twice, twice))
