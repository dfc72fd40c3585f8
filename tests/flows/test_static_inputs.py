"""Static inputs: typed, checked when they are given, and the same from a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from threadlab.errors import FlowError, WrongPath
from threadlab.flows.component import AgentComponent, Flow, PythonNode
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.static_inputs import StaticInputs


@dataclass
class Trip:
    """A nested type."""

    days: int
    start: date


class Given(BaseModel):
    """All inputs of the node at once."""

    city: str
    trip: Trip


def plan(city: str, trip: Trip) -> str:
    """A plan."""
    return f"{city}: {trip.days} days from {trip.start}"


@pytest.fixture
def inputs() -> StaticInputs:
    """Of a tree with one node."""
    return StaticInputs(ComponentTree(AgentComponent("agent", [Flow("flow", [PythonNode("plan", plan)])])))


def test_typed_inputs_and_a_file_give_the_same(inputs: StaticInputs, tmp_path: Path) -> None:
    """D29, D30: a model, or what was written of it."""
    assert not inputs
    inputs.register("plan", Given(city="Oslo", trip=Trip(3, date(2030, 5, 1))))
    again = StaticInputs(inputs._tree)
    (tmp_path / "static_inputs.json").write_text(inputs.kept())
    again.read(tmp_path)
    assert again.of("agent.flow.plan") == inputs.of("agent.flow.plan")
    assert again.of("agent.flow.plan")["trip"] == {"days": 3, "start": "2030-05-01"}
    again.register("agent.flow.plan", {"city": "Bergen"})
    assert again.of("agent.flow.plan")["city"] == "Bergen"
    assert again.of("agent.flow.plan")["trip"]["days"] == 3


def test_what_does_not_fit_is_refused_by_name(inputs: StaticInputs) -> None:
    """Node, input and field."""
    with pytest.raises(WrongPath, match="did you mean plan"):
        inputs.register("plann", {})
    with pytest.raises(FlowError, match="its inputs: city, trip"):
        inputs.register("plan", {"town": "Oslo"})
    with pytest.raises(FlowError, match=r"trip\.days: Input should be a valid integer"):
        inputs.register("plan", {"trip": {"days": "many", "start": "2030-05-01"}})
    with pytest.raises(FlowError, match="has no names"):
        inputs.register("plan", "Oslo")
    assert not inputs


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"plan": "Oslo"}), None])
def test_a_file_that_is_not_right_is_an_error(inputs: StaticInputs, tmp_path: Path, text: str | None) -> None:
    """With its path."""
    if text is not None:
        (tmp_path / "static_inputs.json").write_text(text)
    with pytest.raises(FlowError, match=r"static_inputs\.json"):
        inputs.read(tmp_path)
