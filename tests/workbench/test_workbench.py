from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.backend_client import FUNCTION, Scene
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import NotFound
from threadlab.following.wait import wait
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolOutput
from threadlab.workbench.port import Workbench


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab whose model is a completer of three lines."""
    with connect(target=Local(seed=1, pace=0), completer=Scene()) as lab:
        yield lab


def start(lab: Lab, *, tools: bool = False) -> Run:
    """A run on a new thread."""
    agent = lab.create_agent(instructions="Be brief.", tools=[FUNCTION] if tools else None)
    thread = lab.threads.create(messages=[{"role": "user", "content": "How is the weather?"}])
    return lab.runs.create(thread.id, agent.id)


def until_requires_action(lab: Lab, run: Run) -> Run:
    """Press step until the run waits."""
    while run.status != "requires_action":
        run = lab.workbench.step(run)
    return run


def test_a_labs_workbench_has_the_verbs_of_the_port(lab: Lab) -> None:
    """A typed assignment says it."""
    workbench: Workbench = lab.workbench
    assert workbench.now() == lab.time.now()


def test_the_truth_has_every_status_with_its_time_also_those_that_no_poll_saw(lab: Lab) -> None:
    """Polling can miss things; the log cannot."""
    run = start(lab)
    lab.time.sleep(60)
    assert run.read().status == "completed"
    truth = lab.workbench.truth(run)
    assert [seen.status for seen in truth.transitions] == ["queued", "in_progress", "completed"]
    times = [seen.at - truth.transitions[0].at for seen in truth.transitions]
    assert times == sorted(times)
    assert times[-1] < 10


def test_the_truth_shows_exactly_what_the_model_was_given_and_what_it_said(lab: Lab) -> None:
    """K13, K18: both consultations, the second one with the tool outputs."""
    run = until_requires_action(lab, start(lab, tools=True))
    done = wait(run.submit([ToolOutput(call.id, "sunny") for call in run.required_calls]))
    first, second = lab.workbench.truth(done).model_calls
    assert first.request["instructions"] == "Be brief."
    assert [said["text"] for said in first.request["messages"]] == ["How is the weather?"]
    assert [tool["function"]["name"] for tool in first.request["tools"]] == ["weather"]
    assert first.request["rounds"] == ()
    assert [json.loads(call["arguments"])["city"] for call in first.answer["calls"]] == ["Oslo", "Bergen"]
    assert [call["output"] for call in second.request["rounds"][0]] == ["sunny", "sunny"]
    assert second.answer["text"].startswith("It is sunny in Oslo")
    assert (first.call, second.call) == (1, 2)


def test_what_the_truth_shows_is_what_the_completer_really_got() -> None:
    """The request is put together again from the log; it must equal the one that was made."""
    scene = Scene()
    with connect(target=Local(seed=1, pace=0), completer=scene) as lab:
        run = until_requires_action(lab, start(lab, tools=True))
        wait(run.submit([ToolOutput(call.id, "sunny") for call in run.required_calls]))
        lab.messages.create(run.thread_id, content="And tomorrow?")
        again = wait(lab.runs.create(run.thread_id, run.agent_id, tools=[]))
        shown = [call.request for each in (run, again) for call in lab.workbench.truth(each).model_calls]
    assert len(scene.seen) == 3
    for real, told in zip(scene.seen, shown, strict=True):
        assert {name: getattr(real, name) for name in ("instructions", "call", "now", "seed")} == {
            name: told[name] for name in ("instructions", "call", "now", "seed")
        }
        assert [(said.role, said.text) for said in real.messages] == [
            (said["role"], said["text"]) for said in told["messages"]
        ]
        assert len(real.rounds) == len(told["rounds"])


def test_notes_say_which_rule_fired_and_why(lab: Lab) -> None:
    """Whoever shows an answer can say what it came from."""
    run = until_requires_action(lab, start(lab, tools=True))
    (note,) = lab.notes(run)
    assert (note.call, note.stand_in, note.rule) == (1, "a test's completer", "weather")
    assert note.because == "the agent has tools"


def test_step_presses_the_engine_once_and_a_finished_run_stays_as_it_is(lab: Lab) -> None:
    """K21, K24: one press, one transition."""
    run = start(lab)
    seen = [run.status]
    for _ in range(20):
        run = lab.workbench.step(run)
        seen.append(run.status)
    assert seen[:3] == ["queued", "in_progress", "in_progress"]
    assert seen[-1] == "completed"
    before = lab.workbench.truth(run)
    lab.workbench.step(run)
    assert lab.workbench.truth(run) == before


def test_looking_at_the_truth_changes_nothing(lab: Lab) -> None:
    """Neither the run nor the time."""
    run, now = start(lab), lab.time.now()
    for _ in range(3):
        lab.workbench.truth(run)
        lab.workbench.notes(run)
    assert lab.time.now() == now
    assert run.read().status == "queued"


def test_the_pace_can_be_changed_while_a_lab_is_open(lab: Lab) -> None:
    """The same knob that the speed slider turns."""
    lab.workbench.pace = 0.25
    assert lab.workbench.pace == 0.25


def test_a_run_of_another_lab_is_not_found(lab: Lab) -> None:
    """With a hint, before anything is looked up further."""
    with connect(target=Local(seed=2, pace=0)) as other:
        run = start(other)
    with pytest.raises(NotFound, match="its own lab"):
        lab.workbench.truth(run)
