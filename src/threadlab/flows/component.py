"""Components: an agent made of flows made of nodes, as frozen data that anybody can read and print.

    writer = AgentComponent(
        "writer",
        [
            Flow("draft", [PythonNode("outline", outline), AgentNode("text", prompt="Use {{ outline }}")]),
            CommandNode("count", ["wc", "-w"], stdin="{{ draft }}"),
        ],
        inputs=["topic"],
    )

Every component has an id, and a dot path from the root: `writer.draft.outline`. A node's inputs are the
parameters of its function, or the names in its templates; `wiring.py` says where each comes from. Nothing
here runs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from threadlab.objects.agent import Agent
from threadlab.tools.tool import Tool

AT_ONCE = 16
"""How many children of a Parallel are at work together, where it does not say."""

Inputs = Mapping[str, str]
"""Where inputs come from whose names say something else: `{"text": "draft.outline"}`."""


@dataclass(frozen=True, slots=True)
class Component:
    """Anything that has a place in the tree. `id` is a Python name."""

    kind: ClassVar[str] = "component"

    id: str

    def __post_init__(self) -> None:
        """Freeze what was given as a list or dict."""
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, list):
                object.__setattr__(self, name, tuple(value))
            elif isinstance(value, dict):
                object.__setattr__(self, name, MappingProxyType(dict(value)))


@dataclass(frozen=True, slots=True)
class PythonNode(Component):
    """A typed function. Its parameters are its inputs, its result must be what JSON can carry.

    It runs in this process, or where its run is isolated, or `isolated` is set, in one of its own.
    """

    kind: ClassVar[str] = "python"

    function: Callable[..., Any]
    inputs: Inputs = field(default_factory=dict, kw_only=True)
    isolated: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class CommandNode(Component):
    """A program, without a shell; its result is what it wrote to standard output.

    It runs in a folder of its own, `<agent>/<flow>/<node>/files` in the run's, unless its run's isolation was
    given one; what it writes there is part of the run's outcome, and a later node finds it at
    `{{ run.run_dir }}/...`, on a rerun too.
    Each part of `command`, `stdin` and the values of `env` are templates; the names in them are its inputs.
    It sees the environment that its run's isolation gives, and `env`. An exit code other than 0 is a failure;
    what it writes to standard error else is a line of the run's log. Files are kept as they are: what is
    secret in them is not hidden.
    `time_limit` is in real seconds.
    """

    kind: ClassVar[str] = "command"

    command: Sequence[str]
    stdin: str = field(default="", kw_only=True)
    env: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    inputs: Inputs = field(default_factory=dict, kw_only=True)
    time_limit: float | None = field(default=60.0, kw_only=True)


@dataclass(frozen=True, slots=True)
class AgentNode(Component):
    """An agent call, at any service: a run of the service's. Its result is the agent's answer.

    `prompt` is a template; the names in it are its inputs. Give an `agent` that exists, or `instructions` for
    one that is made for the run. `tools` answer its calls: functions, each call recorded. `profile` and
    `model` name a resource profile and a model in it: without them it is the run's profile and that
    profile's own model. `options` are those of `lab.runs.create`.
    """

    kind: ClassVar[str] = "agent call"

    prompt: str = field(kw_only=True)
    agent: Agent | None = field(default=None, kw_only=True)
    instructions: str | None = field(default=None, kw_only=True)
    tools: Sequence[Tool[..., Any]] = field(default=(), kw_only=True)
    profile: str | None = field(default=None, kw_only=True)
    model: str | None = field(default=None, kw_only=True)
    options: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    inputs: Inputs = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class Flow(Component):
    """Its children one after the other; its result is the last one's."""

    kind: ClassVar[str] = "flow"

    children: Sequence[Component]


@dataclass(frozen=True, slots=True)
class AgentComponent(Flow):
    """The root of a tree, or an agent within one, which can stand in several places.

    `inputs` are the names that all below it know. At the root the run gives them. Within a tree each is what
    that name means around the agent, or what is said here, as a node's: `{"text": "draft.outline"}`.
    """

    kind: ClassVar[str] = "agent"

    inputs: Sequence[str] | Inputs = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Parallel(Component):
    """Its children at the same time; its result is theirs, by id. It waits for all, also when one fails.

    No more than `at_once` of them are at work together, each on a thread of its own; the others wait.
    """

    kind: ClassVar[str] = "parallel"

    children: Sequence[Component]
    at_once: int = field(default=AT_ONCE, kw_only=True)


@dataclass(frozen=True, slots=True)
class Conditional(Component):
    """One of its children: the one whose id the typed function `choose` returns, or none for None.

    Its result is the chosen one's. What was chosen is recorded, and a rerun takes it from there.
    """

    kind: ClassVar[str] = "choice"

    choose: Callable[..., str | None]
    children: Sequence[Component]
    inputs: Inputs = field(default_factory=dict, kw_only=True)


Recorded = PythonNode | CommandNode | Conditional
"""What is recorded as a unit of a flow."""
Unit = Recorded | AgentNode
"""Whatever has inputs and a result of its own; an agent node's is recorded as an agent call."""


def children_of(component: Component) -> tuple[Component, ...]:
    """Its children in order; a node has none."""
    return tuple(component.children) if isinstance(component, Flow | Parallel | Conditional) else ()
