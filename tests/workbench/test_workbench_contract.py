"""What every workbench owes, checked on each: the one in this process and the one of a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backend_client import FUNCTION
from tests.server_process import ServerProcess
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local, Served, Target
from threadlab.errors import NotFound, SettingsError
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolOutput
from threadlab.workbench.port import Workbench

HOLD = 1000.0
"""A pace at which nothing moves by itself while a test looks."""


@pytest.fixture(params=["in this process", "served"])
def lab(request: pytest.FixtureRequest, server: ServerProcess) -> Iterator[Lab]:
    """A lab in each place, whose runs move only when they are pressed."""
    served = Served(endpoint=server.endpoint, key=server.key)
    target: Target = served if request.param == "served" else Local(seed=1, pace=0)
    with connect(target=target) as lab:
        lab.workbench.pace = HOLD
        yield lab
        lab.workbench.pace = 0
        lab.workbench.faults.clear()


def start(lab: Lab) -> Run:
    """A run on a new thread that will ask for a tool."""
    agent = lab.create_agent(instructions="Be brief.", tools=[FUNCTION])
    thread = lab.threads.create(messages=[{"role": "user", "content": "How is the weather in Oslo?"}])
    return lab.runs.create(thread.id, agent.id)


def press(lab: Lab, run: Run, until: str) -> Run:
    """Press step until the run has a status."""
    for _ in range(50):
        if run.status == until:
            return run
        run = lab.workbench.step(run)
    raise AssertionError(f"the run is {run.status} and never became {until}")


def test_it_has_the_verbs_of_the_port(lab: Lab) -> None:
    """A typed assignment says it; the clock is a clock."""
    workbench: Workbench = lab.workbench
    assert workbench.now() > 1_700_000_000


def test_a_press_is_a_transition_and_a_finished_run_stays_as_it_is(lab: Lab) -> None:
    """K21, K24, and the truth tells every status."""
    run = start(lab)
    assert run.status == lab.workbench.step(run).status.replace("in_progress", "queued") == "queued"
    run = press(lab, run, "requires_action")
    run = run.submit([ToolOutput(call.id, "sunny") for call in run.required_calls])
    run = press(lab, run, "completed")
    before = lab.workbench.truth(run)
    assert lab.workbench.step(run).status == "completed"
    after = lab.workbench.truth(run)
    assert after.log == before.log
    assert [seen.status for seen in after.transitions] == [
        *("queued", "in_progress", "requires_action", "queued", "in_progress", "completed")
    ]
    assert after.due is None


def test_the_truth_shows_what_the_model_was_given_and_the_notes_why_it_said_so(lab: Lab) -> None:
    """K13, K18."""
    run = press(lab, start(lab), "requires_action")
    (call,) = lab.workbench.truth(run).model_calls
    assert call.request["instructions"] == "Be brief."
    assert [said["text"] for said in call.request["messages"]] == ["How is the weather in Oslo?"]
    assert [asked["name"] for asked in call.answer["calls"]] == ["weather"]
    assert (call.note,) == lab.workbench.notes(run) == lab.notes(run)
    assert call.note.stand_in and call.note.rule and call.note.because


def test_looking_changes_nothing(lab: Lab) -> None:
    """However often."""
    run = start(lab)
    first = lab.workbench.truth(run)
    for _ in range(3):
        lab.workbench.notes(run)
        assert lab.workbench.truth(run).log == first.log
    assert run.read().status == "queued"


def test_the_pace_can_be_turned(lab: Lab) -> None:
    """The same knob that the speed slider turns."""
    lab.workbench.pace = 0.25
    assert lab.workbench.pace == 0.25


def test_faults_are_added_listed_and_taken_back(lab: Lab) -> None:
    """Also inside a block; one that cannot be is refused in words."""
    faults = lab.workbench.faults
    text = faults.add("429", "read thread", times=2, retry_after=0)
    assert list(faults.active) == [text]
    with faults("500", "create thread") as inside:
        assert list(faults.active) == [text, inside]
    faults.remove(text)
    assert not faults.active
    faults.add("429:read thread")
    faults.clear()
    assert not faults.active
    assert "429" in faults.kinds
    with pytest.raises(SettingsError, match="nonsense"):
        faults.add("nonsense")


def test_a_run_of_another_lab_is_not_found(lab: Lab) -> None:
    """Neither its truth nor its next transition."""
    with connect(target=Local(seed=2, pace=0)) as other:
        run = start(other)
    with pytest.raises(NotFound):
        lab.workbench.truth(run)
    with pytest.raises(NotFound):
        lab.workbench.step(run)
