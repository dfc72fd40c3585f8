"""`threadlab runs rerun`: the plan first, then a user run made again from a node on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import Result

from tests.wide_page import on_a_wide_page
from threadlab.cli.app import app
from threadlab.connect.connect import connect
from threadlab.errors import FlowError, WrongPath
from threadlab.flows import AgentComponent, AgentRunner, RunContext
from threadlab.flows.importable import imported, place_of
from threadlab.history.history import History

MODULE = """
from pathlib import Path
from threadlab.flows import AgentComponent, Flow, PythonNode

def first() -> str:
    Path("first").open("a").write("x")
    return "one"

def second(first: str) -> str:
    return first + " two"

steps = AgentComponent("steps", [Flow("flow", [PythonNode("first", first), PythonNode("second", second)])])
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a component in a module of its own."""
    (tmp_path / "writing.py").write_text(MODULE)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THREADLAB_SEED", "3")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "writing", raising=False)
    return tmp_path


def rerun(*arguments: str) -> Result:
    """On a wide page."""
    return on_a_wide_page(app, ["runs", "rerun", *arguments])


def run_once(component: AgentComponent) -> str:
    """A run of it; its id."""
    with connect(seed=1, pace=0) as lab, RunContext(component, lab=lab) as context:
        AgentRunner(component, context).run()
        return context.run_id


def test_the_plan_comes_first_and_yes_does_it(project: Path) -> None:
    """The component is found where the run recorded that it is."""
    component = imported("writing:steps")
    assert isinstance(component, AgentComponent) and place_of(component) == "writing:steps"
    first = run_once(component)
    planned = rerun("--from", "steps.flow.second")
    assert f"rerun of {first}: reuse unit steps.flow.first; execute unit steps.flow.second" in planned.stdout
    assert "--yes" in planned.stdout and len(list((project / "runs").glob("run-*"))) == 1
    done = rerun(first, "--from", "steps.flow.second", "--yes")
    assert done.exit_code == 0 and "is completed: one two" in done.stdout
    assert (project / "first").read_text() == "x"


def test_a_component_of_nowhere_is_named_and_can_be_told(project: Path) -> None:
    """A notebook's or a script's own is in no module; --component says where it is."""
    sys.modules.pop("writing", None)
    component = imported("writing:steps")
    sys.modules.pop("writing")
    first = run_once(component)  # type: ignore[arg-type]  # it is one
    problem = rerun(first).exception
    assert isinstance(problem, FlowError) and "--component module:name" in problem.hint
    assert rerun(first, "--component", "writing:steps", "--yes").exit_code == 0
    for wrong, words in (
        ("writing", "module:name"),
        ("writing:step", "did you mean steps"),
        ("writting:steps", "cannot be imported"),
    ):
        told = rerun(first, "--component", wrong).exception
        assert isinstance(told, FlowError) and words in f"{told.message} {told.hint}"
    assert isinstance(rerun(first, "--component", "writing:steps", "--from", "steps.x").exception, WrongPath)


def test_a_turn_is_made_again_too(project: Path) -> None:
    """Its units are its agent calls."""
    with connect(seed=3, pace=0) as lab:
        first = History(lab, project / "runs").branch("talk", instructions="Be brief.").ask("Hello")
    assert f"rerun of {first.id}: reuse nothing; execute unit 1" in rerun(first.id).stdout
    done = rerun(first.id, "--from", "1", "--yes")
    assert done.stdout.count(f"rerun of {first.id}") == 1
    assert done.exit_code == 0 and f"is completed: {first.output}" in done.stdout
