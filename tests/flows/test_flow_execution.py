"""A flow's execution: order, overlap, choice, failures, inputs; over a scope that keeps all in memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.flows.kept_scope import KeptScope
from threadlab.errors import CommandFailed, FlowDefinitionError, FlowError, IsolationFailed
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
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus, FlowEvent, NodeEnded, NodeFailed, NodeStarted
from threadlab.flows.flow_execution import FlowExecution
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.node_agents import node_agents
from threadlab.flows.node_inputs import NodeInputs
from threadlab.flows.resources import ResourceRegistry
from threadlab.flows.run_env_params import RunEnvParams
from threadlab.flows.static_inputs import StaticInputs
from threadlab.history.work.interruption import Paused


def execution(
    folder: Path,
    *children: Component,
    static: Mapping[str, Any] | None = None,
    bus: EventBus | None = None,
    isolation: IsolatedExecution | None = None,
    **given: Any,
) -> FlowExecution:
    """An execution of an agent with these children, whose run takes `topic`."""
    tree = ComponentTree(AgentComponent("agent", children, inputs=["topic"]))
    inputs = StaticInputs(tree)
    for node, values in (static or {}).items():
        inputs.register(node, values)
    return FlowExecution(
        tree=tree,
        inputs=NodeInputs(tree, inputs, given),
        agents=node_agents(tree, ResourceRegistry({}), "default", "some-model"),
        env_params=RunEnvParams.of(folder, "project"),
        bus=bus or EventBus(),
        isolation=isolation,
    )


def words(topic: str, times: int = 2) -> list[str]:
    """The topic, so many times."""
    return [topic] * times


def count(words: list[str]) -> int:
    """How many."""
    return len(words)


async def shout(words: list[str]) -> str:
    """Loudly, some day."""
    return " ".join(words).upper()


def fails(words: list[str]) -> str:
    """Not at all."""
    raise LookupError("no such word")


def test_results_go_by_name_from_node_to_node(tmp_path: Path) -> None:
    """A flow's result is its last one's, and the agent's that of its last flow."""
    draft = Flow(
        "draft", [PythonNode("words", words), PythonNode("count", count), PythonNode("shout", shout)]
    )
    ask = AgentNode("ask", prompt="{{ draft }} ({{ n }}) in {{ run.run_id }}", inputs={"n": "draft.count"})
    scope = KeptScope()
    assert (
        execution(tmp_path, draft, ask, topic="tide").result(scope)
        == f"answer to: TIDE TIDE (2) in {tmp_path.name}"
    )
    assert scope.units == ["agent.draft.words", "agent.draft.count", "agent.draft.shout"]
    assert scope.requests["agent.draft.count"]["inputs"] == {"words": ["tide", "tide"]}
    assert "len(words)" in scope.requests["agent.draft.count"]["function"]


def test_parallel_nodes_truly_overlap(tmp_path: Path) -> None:
    """Two that wait for each other both get through; the result is theirs, by id."""
    meeting = threading.Barrier(2, timeout=10)

    def meet(topic: str) -> bool:
        return meeting.wait() >= 0

    both = Parallel("both", [PythonNode("one", meet), PythonNode("two", meet)])
    assert execution(tmp_path, both, topic="x").result(KeptScope()) == {"one": True, "two": True}


@pytest.mark.parametrize(("at_once", "together"), [(2, 2), (16, 5)])
def test_no_more_parallel_nodes_are_at_work_together_than_are_allowed(
    tmp_path: Path, at_once: int, together: int
) -> None:
    """Each of five waits for as many as may be there; one more would be counted."""
    lock, here, most = threading.Condition(), list[str](), list[int]()

    def work(name: str) -> None:
        with lock:
            here.append(name)
            most.append(len(here))
            lock.notify_all()
            lock.wait_for(lambda: max(most) == together, timeout=10)
            here.remove(name)

    def node(id_: str) -> PythonNode:
        return PythonNode(id_, lambda: work(id_))

    many = Parallel("many", [node(f"n{number}") for number in range(5)], at_once=at_once)
    execution(tmp_path, many).result(KeptScope())
    assert max(most) == together
    with pytest.raises(FlowDefinitionError, match="the int 0 for its at_once"):
        execution(tmp_path, Parallel("none", [node("n")], at_once=0))


def test_a_failed_node_fails_the_whole_and_nothing_behind_it_begins(tmp_path: Path) -> None:
    """The node's own exception comes out; what ran at the same time was waited for."""
    bus, heard = EventBus(), list[FlowEvent]()
    bus.subscribe(heard.append)
    children = [PythonNode("words", words), PythonNode("bad", fails), PythonNode("after", count)]
    scope = KeptScope()
    with pytest.raises(LookupError, match="no such word"):
        execution(tmp_path, *children, bus=bus, topic="x").result(scope)
    assert scope.units == ["agent.words"]
    assert [type(event) for event in heard] == [NodeStarted, NodeEnded, NodeStarted, NodeFailed]

    both = Parallel("both", [PythonNode("bad", fails), PythonNode("good", count)])
    scope = KeptScope()
    with pytest.raises(LookupError):
        execution(tmp_path, PythonNode("words", words), both, topic="x").result(scope)
    assert scope.units[-1] == "agent.both.good"
    worse = Parallel("both", [PythonNode("bad", fails), PythonNode("worse", fails)])
    with pytest.raises(ExceptionGroup, match=r"components of agent\.both failed"):
        execution(tmp_path, PythonNode("words", words), worse, topic="x").result(KeptScope())


def test_a_choice_runs_one_or_none_and_its_decision_is_a_unit(tmp_path: Path) -> None:
    """So a rerun takes the recorded decision."""

    def pick(topic: str) -> str | None:
        return {"a": "left", "b": "nowhere"}.get(topic)

    way = Conditional("way", pick, [PythonNode("left", words), PythonNode("right", words)])
    scope = KeptScope()
    assert execution(tmp_path, way, topic="a").result(scope) == ["a", "a"]
    assert scope.units == ["agent.way", "agent.way.left"]
    assert execution(tmp_path, way, topic="z").result(KeptScope()) is None
    with pytest.raises(FlowError, match="chose 'nowhere'"):
        execution(tmp_path, way, topic="b").result(KeptScope())
    scope = KeptScope(known={"agent.way": "right"})
    execution(tmp_path, way, topic="a").result(scope)
    assert scope.units == ["agent.way.right"]


def test_a_static_input_goes_before_all_and_a_lacking_one_is_asked_for(tmp_path: Path) -> None:
    """D29: with it nobody is asked; an answer must be whole and of the right type."""
    node = PythonNode("words", words, inputs={"topic": "topic"})
    assert execution(tmp_path, node, static={"words": {"topic": "given", "times": 1}}).result(
        KeptScope()
    ) == ["given"]
    with pytest.raises(Paused, match=r"agent\.words"):
        execution(tmp_path, node).result(KeptScope())
    answered = KeptScope(answers={"agent.words": {"topic": "asked"}})
    assert execution(tmp_path, node).result(answered) == ["asked", "asked"]
    with pytest.raises(FlowError, match=r"lacks topic"):
        execution(tmp_path, node).result(KeptScope(answers={"agent.words": {"topik": "asked"}}))
    with pytest.raises(FlowError, match="topic: Input should be a valid string"):
        execution(tmp_path, node).result(KeptScope(answers={"agent.words": {"topic": [1]}}))
    with pytest.raises(FlowError, match="takes no input named 'topik'"):
        execution(tmp_path, node, topik="x")


def test_a_command_runs_in_its_own_folder_with_its_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D18, D21: and not in a shell, so that an input cannot become a command."""
    monkeypatch.setenv("PARENTS", "own")
    tell = CommandNode(
        "tell", ["sh", "-c", 'pwd; cat; echo "$MARK$PARENTS"'], stdin="{{ topic }}\n", env={"MARK": "m"}
    )
    said = execution(tmp_path, Flow("flow", [tell]), topic="$(touch harm)").result(KeptScope())
    assert said == f"{tmp_path}/agent/flow/tell/files\n$(touch harm)\nm\n"
    assert not list(tmp_path.rglob("harm"))


@pytest.mark.parametrize(
    ("command", "limit", "error", "told"),
    [
        (["sh", "-c", "echo broken >&2; exit 3"], None, CommandFailed, "exit code 3: broken"),
        (["no-such-program"], None, CommandFailed, "could not start"),
        (["sleep", "9"], 0.05, IsolationFailed, r"within 0.05 s"),
    ],
)
def test_a_command_that_fails_is_a_failure(
    tmp_path: Path, command: list[str], limit: float | None, error: type[FlowError], told: str
) -> None:
    """Its exit code, what it said, its time."""
    with pytest.raises(error, match=told):
        execution(tmp_path, CommandNode("tell", command, time_limit=limit)).result(KeptScope())


def test_functions_and_commands_of_an_isolated_run_are_isolated(tmp_path: Path) -> None:
    """D20: each in a process with the run's environment and folder; a node can also ask for it alone."""

    def where(topic: str) -> list[str | int | None]:
        return [os.environ.get("MARK"), os.getcwd(), os.getpid()]

    nodes = [
        PythonNode("where", where),
        CommandNode("env", ["sh", "-c", 'echo "$MARK"; pwd']),
        PythonNode("both", lambda: None),
    ]
    flow = execution(
        tmp_path, *nodes, isolation=IsolatedExecution(env={"MARK": "m"}, cwd=tmp_path), topic="x"
    )
    flow.result(KeptScope())
    mark, folder, process = flow.results["agent.where"]
    assert (mark, folder) == ("m", str(tmp_path)) and process != os.getpid()
    assert flow.results["agent.env"] == f"m\n{tmp_path}\n"
    alone = execution(tmp_path, PythonNode("where", where, isolated=True), topic="x")
    assert alone.result(KeptScope())[2] != os.getpid()


def test_what_json_cannot_carry_is_refused_and_listeners_cannot_harm(tmp_path: Path) -> None:
    """A listener's error is a line of the log."""
    bus = EventBus()
    bus.subscribe(lambda event: 1 / 0, to=NodeEnded)
    scope = KeptScope()
    assert execution(tmp_path, PythonNode("words", words), bus=bus, topic="x").result(scope) == ["x", "x"]
    assert "ZeroDivisionError" in scope.logged[0]
    with pytest.raises(FlowError, match="JSON cannot carry"):
        execution(tmp_path, PythonNode("odd", lambda: object())).result(KeptScope())
