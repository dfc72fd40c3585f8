"""Reruns and resumed runs of flows: what is taken over, what is done again, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import MakesContext
from threadlab.connect.lab import Lab
from threadlab.errors import (
    FlowError,
    HistoryError,
    InputMissing,
    ReplayMissed,
    UnknownUserRun,
    UserRunFinal,
    WrongPath,
)
from threadlab.flows.component import (
    AgentComponent,
    AgentNode,
    CommandNode,
    Component,
    Conditional,
    Flow,
    Parallel,
    PythonNode,
)
from threadlab.flows.event_bus import NodeInputRequired
from threadlab.flows.run_context import RunContext
from threadlab.flows.runner import AgentRunner
from threadlab.history.history import History
from threadlab.history.plans.reuse import Reuse


class Counted:
    """Functions that say how often they were called."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def node(self, id_: str, result: Any = None) -> PythonNode:
        """A node that gives `result`, or its own id."""

        def work(seed: str = "") -> Any:
            self.calls.append(id_)
            return id_ if result is None else result

        return PythonNode(id_, work)


@pytest.fixture
def counted() -> Counted:
    """Fresh."""
    return Counted()


def three(counted: Counted, last: Callable[..., Any] | None = None) -> AgentComponent:
    """An agent with three steps; the second asks an agent."""
    ask = AgentNode("second", prompt="Say hello {{ first }}", instructions="Be brief.")
    third = counted.node("third") if last is None else PythonNode("third", last)
    return AgentComponent("agent", [Flow("flow", [counted.node("first"), ask, third])], inputs=["seed"])


def run_of(run: RunContext) -> Any:
    """Set it up and run it."""
    with run:
        return AgentRunner(run.tree.root, run).run()


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_rerun_is_a_new_run_linked_to_the_first_which_stays_as_it_is(
    context: MakesContext, counted: Counted
) -> None:
    """D26: everything is done again, with the same inputs."""
    root = three(counted)
    first = context(root, inputs={"seed": "s"})
    assert run_of(first) == "third"
    before = files_of(first.env_params.run_dir)
    second = context(root, previous_run_id=first.run_id)
    assert run_of(second) == "third"
    assert counted.calls == ["first", "third", "first", "third"]
    assert second.record.received.base == first.run_id and second.record.received.inputs == {"seed": "s"}
    assert files_of(first.env_params.run_dir) == before
    told = json.loads((second.env_params.trace_dir / "dad_metadata.json").read_text())
    assert told["is_rerun"] and told["previous_run_id"] == first.run_id
    assert second.outcomes.diff(first.run_id, second.run_id) == ""


def test_a_rerun_from_a_path_takes_over_what_comes_before_it(
    context: MakesContext, counted: Counted, lab: Lab
) -> None:
    """D27: the agent is not asked again; the plan and the record say so."""
    root = three(counted)
    first = context(root)
    run_of(first)
    asked = len(lab.wire)
    second = context(root, previous_run_id=first.run_id, start_hierarchy_path="agent.flow.third")
    assert run_of(second) == "third"
    assert counted.calls == ["first", "third", "third"]
    assert len(lab.wire) == asked
    assert second.record.plan is not None
    assert second.record.plan.reused == ("agent.flow.first", "agent.flow.second")
    assert [call.reused for call in second.record.calls] == [first.run_id]
    assert second.record.usage.total_tokens == 0
    result = json.loads((second.env_params.run_dir / "agent" / "flow" / "first" / "result.json").read_text())
    assert result["result"] == "first" and result["reused"] == first.run_id


def test_a_plan_knows_what_is_chosen_only_where_the_base_has_chosen(
    context: MakesContext, counted: Counted
) -> None:
    """Before that its options are what may come, and nobody can say what their agents will take."""
    say = AgentNode("say", prompt="Say hello to all", instructions="Be brief.")
    options = [Flow("long", [counted.node("one"), say]), counted.node("short")]
    root = AgentComponent("agent", [Conditional("way", lambda: "short", options), counted.node("last")])
    first = context(root)
    plan = first.plan()
    assert plan.executed == ("agent.way", "agent.last")
    assert plan.possible == ("agent.way.long.one", "agent.way.long.say", "agent.way.short")
    assert str(plan).endswith(
        "agent.way.long.say, agent.way.short as it turns out; nobody knows yet how many tokens"
    )
    run_of(first)
    assert first.record.plan is not None and first.record.plan.possible == plan.possible
    taken = first.rerun_from("agent.last").plan()
    assert (taken.reused, taken.possible) == (("agent.way", "agent.way.short"), ())
    assert str(taken).endswith("execute unit agent.last; no tokens")


def test_a_plan_is_exact_as_far_as_what_units_are_given_is_known(
    context: MakesContext, counted: Counted, lab: Lab
) -> None:
    """Other code is executed again; what comes behind it depends on what it gives, and is said to."""
    first = context(three(counted), inputs={"seed": "s"})
    run_of(first)

    def other(seed: str = "") -> str:
        counted.calls.append("other")
        return "first"

    flow = first.tree.root.children[0]  # type: ignore[attr-defined]
    changed = replace(flow, children=(PythonNode("first", other), *flow.children[1:]))
    root = AgentComponent("agent", [changed], inputs=["seed"])
    run = context(root, previous_run_id=first.run_id, reuse=Reuse.finished())
    plan = run.plan()
    assert (plan.reused, plan.executed) == (("agent.flow.third",), ("agent.flow.first",))
    assert plan.possible == ("agent.flow.second",)
    asked = lab.wire.count
    assert run_of(run) == "third"
    assert counted.calls == ["first", "third", "other"] and lab.wire.count == asked
    replayed = context(root, previous_run_id=first.run_id, reuse=Reuse.everything())
    with pytest.raises(ReplayMissed, match=r"agent\.flow\.first"):
        replayed.setup_run()


def test_a_prompt_that_names_the_run_is_taken_over_all_the_same(context: MakesContext, lab: Lab) -> None:
    """With the run that it was made in, through two reruns; asked again, it names the run that asks."""
    ask = AgentNode("ask", prompt="Say {{ run.run_id }}", instructions="Be brief.")
    root = AgentComponent("agent", [ask, PythonNode("last", lambda: 1)])
    first = context(root)
    run_of(first)
    asked = lab.wire.count
    again = first.rerun_from("agent.last")
    run_of(again)
    once_more = again.rerun_from("agent.last")
    run_of(once_more)
    run_of(context(root, previous_run_id=once_more.run_id, reuse=Reuse.everything()))
    assert lab.wire.count == asked
    assert once_more.record.calls[0].output == first.run_id
    anew = once_more.rerun_from("agent.ask")
    run_of(anew)
    assert anew.record.calls[0].output == anew.run_id


def test_a_replay_says_which_setting_of_a_profile_is_another_now(
    context: MakesContext, project: Path
) -> None:
    """And nothing else; the record has the settings of each node's agent."""
    profiles = '[cool]\nmodel = "small"\ntemperature = 0.1\n[warm]\nmodel = "small"\ntemperature = 0.9\n'
    (project / "resources.toml").write_text(profiles)
    root = AgentComponent("agent", [AgentNode("ask", prompt="Say hello", instructions="Be brief.")])
    first = context(root, profile="cool")
    run_of(first)
    assert first.record.config.own_options == {"agent.ask": {"temperature": 0.1}}
    replay = context(root, profile="warm", previous_run_id=first.run_id, reuse=Reuse.everything())
    with pytest.raises(ReplayMissed, match=r"differs: options\.temperature: 0\.1 → 0\.9\n"):
        replay.plan()


def test_mending_the_third_node_does_not_pay_for_the_first_two_again(
    context: MakesContext, counted: Counted, lab: Lab
) -> None:
    """D28: a failed run, the mended function, and what was finished."""

    def broken(second: str) -> str:
        raise LookupError(second)

    def mended(second: str) -> str:
        return second.upper()

    first = context(three(counted, broken))
    with pytest.raises(LookupError):
        run_of(first)
    asked = len(lab.wire)
    second = context(three(counted, mended), previous_run_id=first.run_id, reuse=Reuse.finished())
    assert run_of(second) == "HELLO FIRST"
    assert counted.calls == ["first"] and len(lab.wire) == asked


def test_a_wrong_start_path_is_an_error_before_anything_is_written(
    context: MakesContext, counted: Counted
) -> None:
    """Mistyped, it names the nearest; nothing is copied, nothing is called completed."""
    root = three(counted)
    first = context(root)
    run_of(first)
    before = files_of(first.run_root)
    with pytest.raises(WrongPath, match=r"did you mean agent\.flow\.third"):
        context(root, previous_run_id=first.run_id, start_hierarchy_path="agent.flow.thrid").setup_run()
    with pytest.raises(FlowError, match="without a previous run"):
        context(root, start_hierarchy_path="agent.flow.third").setup_run()
    assert files_of(first.run_root) == before


def test_an_unknown_previous_run_is_an_error_before_anything_is_written(
    context: MakesContext, counted: Counted, project: Path
) -> None:
    """So is a run of another component."""
    run = context(three(counted), previous_run_id="run-20300101-000000-zzzz")
    with pytest.raises(UnknownUserRun):
        run.setup_run()
    assert not (project / "runs").exists()
    first = context(AgentComponent("other", [counted.node("node")]))
    run_of(first)
    with pytest.raises(FlowError, match="is a run of 'other', not of 'agent'"):
        context(three(counted), previous_run_id=first.run_id).setup_run()


def test_static_inputs_are_there_again_on_a_rerun(context: MakesContext, project: Path) -> None:
    """D29, D30: registered or read from a file; what is registered anew goes before."""

    def say(topic: str, times: int) -> str:
        return topic * times

    root = AgentComponent("agent", [PythonNode("say", say)])
    first = context(root)
    first.register_node_static_input("say", {"topic": "a", "times": 2})
    assert run_of(first) == "aa"
    assert run_of(context(root, previous_run_id=first.run_id)) == "aa"
    changed = context(root, previous_run_id=first.run_id)
    changed.register_node_static_input("say", {"times": 3})
    assert run_of(changed) == "aaa"

    (project / "static_inputs").mkdir()
    (project / "static_inputs" / "static_inputs.json").write_text('{"say": {"topic": "b", "times": 2}}')
    third = context(root)
    third.setup_run()
    third.read_static_inputs()
    assert AgentRunner(root, third).run() == "bb"
    assert run_of(context(root, previous_run_id=third.run_id)) == "bb"


def test_a_secret_is_not_kept_and_a_rerun_must_be_given_it_again(context: MakesContext) -> None:
    """It is in no file of the run."""

    def say(api_key: str, topic: str) -> str:
        return topic

    root = AgentComponent("agent", [PythonNode("say", say)])
    first = context(root)
    first.register_node_static_input("say", {"api_key": "sk-made-up-0123456789abcdef", "topic": "a"})
    run_of(first)
    assert not [name for name, content in files_of(first.run_root).items() if b"made-up" in content]
    with pytest.raises(InputMissing, match="api_key"):
        run_of(context(root, previous_run_id=first.run_id))


def test_a_result_that_held_a_secret_is_not_taken_over_as_if_it_were_whole(
    context: MakesContext, counted: Counted
) -> None:
    """Neither is an input of the run; both are errors that say what to do."""
    key = "sk-made-up-0123456789abcdef"
    root = AgentComponent(
        "agent", [counted.node("first", {"answer": f"use {key}"}), counted.node("second")], inputs=["word"]
    )
    first = context(root)
    run_of(first)
    assert not [name for name, content in files_of(first.run_root).items() if b"made-up" in content]
    with pytest.raises(FlowError, match=r"start_hierarchy_path='agent\.first'"):
        run_of(context(root, previous_run_id=first.run_id, start_hierarchy_path="agent.second"))
    other = context(root, inputs={"word": key}, branch="other")
    run_of(other)
    with pytest.raises(FlowError, match="give the inputs again"):
        context(root, previous_run_id=other.run_id, branch="other").setup_run()


def test_files_of_a_command_are_there_again_on_a_rerun(context: MakesContext) -> None:
    """Though the command is not; and they are part of the outcome."""
    write = CommandNode("write", ["sh", "-c", "date +%N > time.txt"])
    read = CommandNode("read", ["cat", "{{ run.run_dir }}/agent/write/files/time.txt"])
    root = AgentComponent("agent", [write, read])
    first = context(root)
    told = run_of(first)
    again = context(root, previous_run_id=first.run_id, start_hierarchy_path="agent.read")
    assert run_of(again) == told
    assert again.outcomes.files(again.run_id)["agent/write/files/time.txt"].decode() == told


def test_a_run_is_cancelled_while_it_waits_and_the_verbs_of_a_conversation_say_what_to_do(
    context: MakesContext, lab: Lab
) -> None:
    """A flow's code is in no log."""
    root = AgentComponent("agent", [CommandNode("echo", ["echo", "{{ words }}"])])
    run = context(root)
    with pytest.raises(InputMissing):
        run_of(run)
    user_run = History(lab, run.run_root)[run.run_id]
    for verb in (user_run.resume, user_run.rerun, user_run.retry):
        with pytest.raises(HistoryError, match=r"RunContext\(agent, resume_run_id="):
            verb()
    assert user_run.status == "requires_action"
    assert user_run.cancel().status == "cancelled"


CRASHES = """
import os, sys
from pathlib import Path
from threadlab import connect
from threadlab.flows.component import AgentComponent, PythonNode
from threadlab.flows.run_context import RunContext
from threadlab.flows.runner import AgentRunner

def first() -> str:
    Path("first").open("a").write("x")
    return "one"

def second(first: str) -> str:
    if not Path("mended").exists():
        os._exit(9)
    return first + " two"

root = AgentComponent("agent", [PythonNode("first", first), PythonNode("second", second)])
with connect(seed=1, pace=0) as lab:
    context = RunContext(root, lab=lab, resume_run_id=sys.argv[1] if sys.argv[1:] else None)
    context.setup_run()
    print(context.run_id, flush=True)
    print(AgentRunner(root, context).run())
"""


def test_a_killed_run_goes_on_and_what_was_finished_is_not_done_again(project: Path) -> None:
    """The same run, in another process."""
    script = project / "script.py"
    script.write_text(CRASHES)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(script), *arguments]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    died = run()
    assert died.returncode == 9
    run_id = died.stdout.strip()
    (project / "mended").touch()
    assert run(run_id).stdout.splitlines()[-2:] == [run_id, "one two"]
    assert (project / "first").read_text() == "x"


def test_an_async_handler_gives_what_a_node_lacks_and_a_rerun_takes_the_answer(context: MakesContext) -> None:
    """D32, D33: it is recorded as an answer."""
    root = AgentComponent(
        "agent", [AgentNode("ask", prompt="Say {{ words }}"), CommandNode("last", ["true"])]
    )
    asked: list[str] = []

    async def handler(event: NodeInputRequired) -> None:
        asked.append(event.node_id)
        event.input, event.handled = {"words": "quiet words"}, True

    first = context(root)
    first.register_node_input_handler(handler)
    run_of(first)
    assert first.record.calls[0].output == "quiet words" and asked == ["ask"]
    (interrupt,) = first.record.interrupts
    assert (interrupt.kind, interrupt.id, interrupt.answer) == (
        "input",
        "agent.ask",
        '{"words": "quiet words"}',
    )
    run_of(context(root, previous_run_id=first.run_id, start_hierarchy_path="agent.last"))
    assert asked == ["ask"]


def test_without_an_answer_the_run_waits_visibly_and_goes_on_when_there_is_one(
    context: MakesContext, counted: Counted
) -> None:
    """D33: not silence; and what was finished is not done again."""

    def say(words: str) -> str:
        return words.upper()

    root = AgentComponent("agent", [counted.node("first"), PythonNode("say", say)])
    run = context(root)
    run.register_node_input_handler(lambda event: None)
    run.setup_run()
    with pytest.raises(InputMissing, match=r"agent\.say lacks words"):
        AgentRunner(root, run).run()
    assert run.complete_run(status="failed", error_msg="no words") == "requires_action"
    again = context(root, resume_run_id=run.run_id)
    again.register_node_static_input("say", {"words": "at last"})
    assert run_of(again) == "AT LAST"
    assert again.run_id == run.run_id and counted.calls == ["first"]
    assert run.outcomes.runs() == (run.run_id,)
    with pytest.raises(UserRunFinal):
        context(root, resume_run_id=run.run_id).setup_run()


def test_a_handler_that_fails_is_loud_and_leaves_the_question_open(context: MakesContext) -> None:
    """The group of errors comes out of run(), and whoever has the input can go on with it."""
    root = AgentComponent(
        "agent", [PythonNode("say", lambda: 1), CommandNode("echo", ["echo", "{{ words }}"])]
    )
    run = context(root)
    run.register_node_input_handler(lambda event: 1 / 0)
    with pytest.raises(ExceptionGroup, match="handlers of NodeInputRequired"):
        run_of(run)
    assert run.record.status == "requires_action"


def test_parallel_nodes_of_a_run_overlap_and_are_recorded_each(context: MakesContext) -> None:
    """Agent calls too; a rerun from one of them takes over those that stand before it."""
    meeting = threading.Barrier(2, timeout=20)

    def meet() -> str:
        meeting.wait()
        return "met"

    both: list[Component] = [
        PythonNode("one", meet),
        PythonNode("two", meet),
        AgentNode("three", prompt="Say three", instructions="Be brief."),
        AgentNode("four", prompt="Say four", instructions="Be brief."),
    ]
    root = AgentComponent("agent", [Parallel("both", both)])
    first = context(root)
    assert run_of(first) == {"one": "met", "two": "met", "three": "three", "four": "four"}
    again = context(root, previous_run_id=first.run_id, start_hierarchy_path="agent.both.four")
    assert run_of(again)["one"] == "met"
    assert {call.path: bool(call.reused) for call in again.record.calls} == {
        "agent.both.three": True,
        "agent.both.four": False,
    }
    spans = (again.env_params.trace_dir / "trace.jsonl").read_text().splitlines()
    ids = {json.loads(span)["span_id"] for span in spans}
    assert all(json.loads(span)["parent_id"] in {*ids, None} for span in spans)


def test_a_replay_makes_nothing_live_and_names_what_it_misses(
    context: MakesContext, counted: Counted, lab: Lab
) -> None:
    """D3: the same results from the record alone, a choice's too."""

    def pick() -> str:
        counted.calls.append("pick")
        return "left"

    def root(last: str) -> AgentComponent:
        choice = Conditional("way", pick, [counted.node("left"), counted.node("right")])
        return AgentComponent(
            "agent", [choice, AgentNode("ask", prompt=f"Say {last}", instructions="Be brief.")]
        )

    first = context(root("hello"))
    result = run_of(first)
    calls, asked = list(counted.calls), len(lab.wire)
    assert run_of(context(root("hello"), previous_run_id=first.run_id, reuse=Reuse.everything())) == result
    assert (counted.calls, len(lab.wire)) == (calls, asked)
    with pytest.raises(ReplayMissed, match="hello"):
        run_of(context(root("goodbye"), previous_run_id=first.run_id, reuse=Reuse.everything()))
    assert len(lab.wire) == asked
