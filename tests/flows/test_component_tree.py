"""The component tree: paths, wiring and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from threadlab.errors import FlowDefinitionError, WrongPath
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


def outline(topic: str, points: int = 3) -> list[str]:
    """So many points."""
    return [topic] * points


def take(text: str) -> str:
    """The text again."""
    return text


def pick(outline: list[str]) -> str | None:
    """The long way for much."""
    return "long" if len(outline) > 2 else "short"


def _writer() -> AgentComponent:
    draft = Flow(
        "draft",
        [
            PythonNode("outline", outline),
            AgentNode("text", prompt="{{ tone }}: {{ outline }} in {{ run.run_id }}"),
        ],
    )
    checks = Parallel(
        "checks",
        [
            CommandNode("count", ["wc", "-w"], stdin="{{ draft }}"),
            PythonNode("same", take, inputs={"text": "draft.text"}),
        ],
    )
    route = Conditional(
        "route",
        pick,
        [
            PythonNode("long", take, inputs={"text": "draft"}),
            PythonNode("short", take, inputs={"text": "topic"}),
        ],
        inputs={"outline": "writer.draft.outline"},
    )
    return AgentComponent("writer", [draft, checks, route], inputs=["topic"])


TREE = """\
writer         agent       topic
├─ draft       flow
│  ├─ outline  python      topic ← the run's topic; points ← its default
│  └─ text     agent call  outline ← writer.draft.outline; tone ← asked for
├─ checks      parallel
│  ├─ count    command     draft ← writer.draft
│  └─ same     python      text ← writer.draft.text
└─ route       choice      outline ← writer.draft.outline
   ├─ long     python      text ← writer.draft
   └─ short    python      text ← the run's topic"""


def test_the_tree_prints_with_the_source_of_every_input() -> None:
    """D38: and every component knows its path."""
    tree = ComponentTree(_writer())
    assert str(tree) == TREE
    assert list(tree.paths)[:4] == ["writer", "writer.draft", "writer.draft.outline", "writer.draft.text"]
    assert tree.at("writer.draft.text").id == "text"
    assert tree.unit_path("text") == "writer.draft.text"


def test_a_wrong_path_is_an_error_with_the_nearest_ones() -> None:
    """A mistyped start path reaches nothing."""
    tree = ComponentTree(_writer())
    with pytest.raises(WrongPath, match=r"did you mean writer\.draft\.text"):
        tree.at("writer.draft.txt")
    with pytest.raises(WrongPath, match="did you mean text"):
        tree.unit_path("txt")
    again = AgentComponent("a", [Flow("b", [PythonNode("x", take)]), Flow("c", [PythonNode("x", take)])])
    with pytest.raises(WrongPath, match=r"a\.b\.x or a\.c\.x"):
        ComponentTree(again).unit_path("x")


def test_the_data_is_frozen_and_nearest_names_win() -> None:
    """A list that was given cannot change the tree later, and the innermost flow is looked at first."""
    children: list[Component] = [PythonNode("text", take), PythonNode("last", take)]
    inner = Flow("inner", children)
    children.clear()
    tree = ComponentTree(
        AgentComponent("a", [PythonNode("text", take, inputs={"text": "seed"}), inner], inputs=["seed"])
    )
    assert [str(source) for _, source in tree.inputs["a.inner.last"].values()] == ["a.inner.text"]
    assert [str(source) for _, source in tree.inputs["a.inner.text"].values()] == ["a.text"]


def _polisher(id_: str, **inputs: str) -> AgentComponent:
    """The same agent, with other inputs."""
    return AgentComponent(id_, [PythonNode("shout", take), PythonNode("last", take)], inputs=inputs)


def test_an_agent_stands_in_two_places_with_other_inputs() -> None:
    """What its inputs say goes to its nodes, and nothing else of that name does."""
    root = AgentComponent(
        "a",
        [
            PythonNode("text", take, inputs={"text": "seed"}),
            PythonNode("other", take),
            _polisher("one", text="other"),
            _polisher("two", text="seed"),
            AgentComponent("three", [PythonNode("shout", take)], inputs=["text"]),
            AgentComponent("four", [PythonNode("shout", take, inputs={"text": "words"})], inputs=["words"]),
        ],
        inputs=["seed", "words"],
    )
    tree = ComponentTree(root)
    assert {path: str(tree.inputs[path]["text"][1]) for path in list(tree.inputs)[2:]} == {
        "a.one.shout": "a.other",
        "a.one.last": "a.other",
        "a.two.shout": "the run's seed",
        "a.two.last": "the run's seed",
        "a.three.shout": "a.text",
        "a.four.shout": "the run's words",
    }
    assert any(line.endswith("agent       text ← a.other") for line in str(tree).splitlines())
    alone = ComponentTree(_polisher("one", text="other"))
    assert (alone.run_inputs, str(alone.inputs["one.last"]["text"][1])) == (("text",), "the run's text")


def number() -> int:
    """A number."""
    return 1


def doubled(n: float) -> float:
    """A number of a number."""
    return 2 * n


def anything() -> Any:
    """Who knows."""
    return 1


def maybe(text: str | None) -> str | None:
    """Text, perhaps."""
    return text


@pytest.mark.parametrize(
    "children",
    [
        [PythonNode("n", number), PythonNode("twice", doubled)],
        [CommandNode("n", ["echo", "3"]), PythonNode("twice", doubled)],
        [PythonNode("text", anything), PythonNode("t", take)],
        [PythonNode("text", maybe, inputs={"text": "topic"}), PythonNode("t", take)],
    ],
)
def test_types_that_may_fit_are_left_alone(children: list[Component]) -> None:
    """A number in a text is one, and who does not say what it gives may give it."""
    ComponentTree(AgentComponent("agent", children, inputs=["topic"]))


@pytest.mark.parametrize(
    ("root", "told"),
    [
        (take, "the root of a flow is the function take, which is no component"),
        (AgentComponent("a", [take]), 'threadlab.flows.PythonNode("take", take)'),  # type: ignore[list-item]
        (AgentComponent("a", PythonNode("x", take)), "put them into a list"),  # type: ignore[arg-type]
        (AgentComponent("a", ["x"]), "component 1 in a is the str 'x'"),  # type: ignore[list-item]
        (PythonNode(take, take), "the function take for an id"),  # type: ignore[arg-type]
        (PythonNode("x", number()), "the int 1 for its function"),  # type: ignore[arg-type]
        (CommandNode("x", "ls -l"), "give its words"),
        (AgentNode("x", prompt=None), "for its prompt"),  # type: ignore[arg-type]
        (AgentNode("x", prompt="", tools=[take]), "put @tool above"),  # type: ignore[list-item]
        (AgentNode("x", prompt="", options={"temprature": 1}), "did you mean temperature"),
        (AgentNode("x", prompt="", options={"metadata": {}}), "outside of its options"),
        (AgentComponent("a", [PythonNode("x", take)], inputs="topic"), "give their names"),
        (PythonNode("x", take, inputs=["text"]), "say where each comes from"),  # type: ignore[arg-type]
        (AgentComponent("a", [_polisher("b", text="no")]), "a.b takes its text from 'no'"),
        (AgentComponent("a", [AgentComponent("b", [PythonNode("x", take)], inputs=["y"])]), "add 'y' to"),
        (
            AgentComponent("a", [PythonNode("n", number), PythonNode("x", take, inputs={"text": "n"})]),
            "a.x wants text: str, and a.n gives integer",
        ),
        (
            AgentComponent(
                "a", [Parallel("p", [PythonNode("n", number)]), PythonNode("x", take, inputs={"text": "p"})]
            ),
            "a.p gives object",
        ),
    ],
)
def test_what_is_no_tree_of_components_is_told_in_words(root: Component, told: str) -> None:
    """Whatever Python let be written down."""
    with pytest.raises(FlowDefinitionError) as caught:
        ComponentTree(root)
    assert told in str(caught.value)


def untyped(text):  # type: ignore[no-untyped-def]
    """No types."""


def many(*texts: str) -> None:
    """No names."""


def strange(text: Callable[..., Any] | ComponentTree) -> None:
    """No JSON."""


def _node(id_: str = "node", **inputs: str) -> PythonNode:
    return PythonNode(id_, take, inputs=inputs)


@pytest.mark.parametrize(
    ("children", "told"),
    [
        ([_node(txt="a")], "did you mean text"),
        (
            [_node("one", text="two"), _node("two", text="topic")],
            "one wants the result of two, which comes later",
        ),
        ([Parallel("both", [_node("one", text="two"), _node("two")])], "does not always run before it"),
        ([_node("text", text="text")], "which is itself"),
        ([Flow("text", [_node("one")])], "which is around"),
        ([_node("one"), _node("two", text="on")], "did you mean one"),
        ([_node("one"), _node("two", text="one.deep")], "one has nothing called 'deep'"),
        ([Conditional("way", pick, [_node("a")]), _node("b", text="way.a")], "refer to way itself"),
        ([_node("one"), _node("one")], "two components with the id 'one'"),
        ([Flow("empty", [])], "is empty"),
        ([_node("a.b")], "'a.b' cannot be the id"),
        ([_node("run")], "'run' cannot be the id"),
        ([PythonNode("node", untyped)], "text of untyped has no type"),
        ([PythonNode("node", many)], "has no name of its own"),
        ([PythonNode("node", strange)], "JSON cannot carry"),
        ([AgentNode("node", prompt="{{ open")], "cannot be read"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_runs(children: list[Component], told: str) -> None:
    """The error names the place and what to write instead."""
    with pytest.raises(FlowDefinitionError) as caught:
        ComponentTree(AgentComponent("agent", children, inputs=["topic"]))
    assert told in str(caught.value)
