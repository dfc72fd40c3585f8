"""Nodes as people write them: they change what they are given, leave the program, return what is no JSON."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import MakesContext
from threadlab.connect.lab import Lab
from threadlab.errors import BranchBusy, FlowError, InputMissing
from threadlab.flows import (
    AgentComponent,
    AgentRunner,
    CommandNode,
    IsolatedExecution,
    NodeEnded,
    PythonNode,
    RunContext,
)


def run_of(run: RunContext) -> Any:
    """Set it up and run it."""
    with run:
        return AgentRunner(run.tree.root, run).run()


def one() -> list[int]:
    """A list, which can be changed in place."""
    return [1]


def test_a_node_that_changes_its_input_changes_nothing_else(context: MakesContext) -> None:
    """Nor does a listener: the record, the disk and a rerun say what the node gave."""

    def greedy(one: Any) -> int:
        one.append(7)
        return len(one)

    def last(one: Any) -> str:
        return repr(one)

    root = AgentComponent(
        "agent", [PythonNode("one", one), PythonNode("greedy", greedy), PythonNode("last", last)]
    )
    run = context(root)
    run.event_bus.subscribe(
        lambda event: event.result.clear() if isinstance(event.result, list) else None, to=NodeEnded
    )
    assert run_of(run) == "[1]"
    assert json.loads(run.outcomes.files(run.run_id)["agent/one/result.json"]) == [1]
    again = context(root, previous_run_id=run.run_id, start_hierarchy_path="agent.last")
    assert run_of(again) == "[1]"


def test_a_node_that_leaves_the_program_has_failed(context: MakesContext) -> None:
    """And its branch is free for the next run."""
    root = AgentComponent("agent", [PythonNode("leaves", lambda: sys.exit(3))])
    for _ in range(2):
        run = context(root)
        with pytest.raises(FlowError, match=r"SystemExit\(3\)"):
            run_of(run)
        assert run.record.status == "failed" and run.record.units[0].status == "failed"


def test_a_listener_that_leaves_the_program_is_a_line_of_the_log(context: MakesContext) -> None:
    """It is no fact of the run."""
    run = context(AgentComponent("agent", [PythonNode("one", one)]))
    run.event_bus.subscribe(lambda event: sys.exit(1))
    assert run_of(run) == [1]
    assert "sys.exit(1)" in (run.env_params.trace_dir / "logs.jsonl").read_text()


@pytest.mark.parametrize("result", [math.nan, [math.inf], {"low": -math.inf}])
def test_a_number_that_json_has_not_is_refused_where_it_is_made(context: MakesContext, result: Any) -> None:
    """Not read as None by the next node."""
    root = AgentComponent("agent", [PythonNode("made", lambda: result)])
    with pytest.raises(FlowError, match=r"agent\.made returned .* which JSON cannot carry"):
        run_of(context(root))


def test_input_files_of_the_names_that_a_run_writes_itself_are_refused(
    context: MakesContext, project: Path
) -> None:
    """They would be written over; nothing is begun."""
    (project / "static_inputs").mkdir()
    (project / "static_inputs" / "input.txt").write_text("mine")
    with pytest.raises(FlowError, match=r"input\.txt has a name that a run keeps"):
        context(AgentComponent("agent", [PythonNode("one", one)])).setup_run()
    assert not (project / "runs").exists() or not list((project / "runs").glob("run-*"))


def test_a_run_inside_of_a_run_needs_a_branch_of_its_own(
    context: MakesContext, lab: Lab, project: Path
) -> None:
    """On the same one it would wait for itself, for ever."""
    inner = AgentComponent("inner", [PythonNode("one", one)])

    def on(branch: str) -> Any:
        return run_of(RunContext(inner, project_root=project, lab=lab, branch=branch))

    def nested(branch: str) -> Any:
        return on(branch)

    root = AgentComponent("agent", [PythonNode("nested", nested)], inputs=["branch"])
    assert run_of(context(root, inputs={"branch": "inside"})) == [1]
    with pytest.raises(BranchBusy, match="which is on it"):
        run_of(context(root, inputs={"branch": "agent"}))


def test_a_run_that_waits_says_how_it_goes_on_and_makes_way_if_it_is_told_to(context: MakesContext) -> None:
    """A flow's code is in no log: the hint names the context, and RunContext takes the thread policies."""
    root = AgentComponent("agent", [CommandNode("echo", ["echo", "{{ words }}"])])
    waiting = context(root)
    waiting.register_node_input_handler(lambda event: 1 / 0)
    with pytest.raises(ExceptionGroup):
        run_of(waiting)
    assert any("ZeroDivisionError" in str(entry.fact) for entry in waiting.record.entries)
    with pytest.raises(BranchBusy) as busy:
        run_of(context(root))
    assert f'RunContext(agent, resume_run_id="{waiting.run_id}")' in busy.value.hint
    with pytest.raises(InputMissing):
        run_of(context(root, thread_policy="rollback"))


def test_a_command_of_an_isolated_run_writes_into_its_own_folder(
    context: MakesContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not into this process's, and what it wrote is part of the outcome."""
    monkeypatch.chdir(tmp_path)
    run = context(AgentComponent("agent", [CommandNode("write", ["sh", "-c", "echo x > out.txt"])]))
    with IsolatedExecution(env={"MARK": "m"}) as execution:
        execution.run_sync(AgentRunner(run.tree.root, run))
    assert not (tmp_path / "out.txt").exists()
    assert run.outcomes.files(run.run_id)["agent/write/files/out.txt"] == b"x\n"
