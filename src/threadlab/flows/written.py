"""Written: whether what was written down is a component at all, before anybody looks into it.

Python takes any value in any place, and so does a dataclass. Here the wrong ones are told in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from threadlab.errors import FlowDefinitionError
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
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.history.plans.run_options import OURS, RUN_OPTIONS
from threadlab.tools.tool import Tool


def check_written(component: object, where: str) -> Component:
    """The component itself. `where` says in words where it stands. Raises FlowDefinitionError."""
    if not isinstance(component, Component):
        raise FlowDefinitionError(
            f"{where} is {_told(component)}, which is no component", hint=_instead_of(component)
        )
    if not isinstance(component.id, str):
        raise FlowDefinitionError(
            f"{where} has {_told(component.id)} for an id",
            hint=f'an id comes first, as text: {type(component).__name__}("name", ...)',
        )
    if isinstance(component, Flow | Parallel | Conditional):
        _check_children(component)
    _check_named(component)
    if isinstance(component, PythonNode) and not callable(component.function):
        raise _wrong(component, "function", component.function, "give the function itself, without ()")
    if isinstance(component, CommandNode) and not _is_list(component.command, str):
        raise _wrong(component, "command", component.command, 'give its words: ["wc", "-w"]')
    if isinstance(component, Parallel) and (not isinstance(component.at_once, int) or component.at_once < 1):
        raise _wrong(component, "at_once", component.at_once, "give a number of at least 1")
    if isinstance(component, AgentNode):
        _check_agent_node(component)
    return component


def _check_children(component: Flow | Parallel | Conditional) -> None:
    if isinstance(component.children, str | Mapping) or not isinstance(component.children, Sequence):
        raise _wrong(component, "children", component.children, "put them into a list: [first, second]")


def _check_named(component: Component) -> None:
    """What says `inputs`: names at an agent, where they come from everywhere else."""
    inputs = getattr(component, "inputs", {})
    is_agent = isinstance(component, AgentComponent)
    if isinstance(inputs, Mapping) and all(isinstance(name, str) for name in (*inputs, *inputs.values())):
        return
    if is_agent and _is_list(inputs, str):
        return
    names = 'give their names: ["topic"]; or ' if is_agent else ""
    raise _wrong(
        component, "inputs", inputs, f'{names}say where each comes from: {{"text": "draft.outline"}}'
    )


def _check_agent_node(node: AgentNode) -> None:
    if not isinstance(node.prompt, str):
        raise _wrong(node, "prompt", node.prompt, 'give text: prompt="Write about {{ topic }}"')
    if not _is_list(node.tools, Tool):
        raise _wrong(node, "tools", node.tools, "put @tool above each function, and give them in a list")
    if not isinstance(node.options, Mapping):
        raise _wrong(node, "options", node.options, 'give them by name: {"temperature": 0.2}')
    for name in node.options:
        if name not in RUN_OPTIONS:
            filled_in = "the node says that itself, outside of its options" if name in OURS else ""
            raise FlowDefinitionError(
                f"{node.id} has an option {name!r}, which no run has",
                hint=filled_in or did_you_mean(str(name), RUN_OPTIONS, "run options"),
            )


def _is_list(value: Any, of: type[Any]) -> bool:
    is_some = isinstance(value, Sequence) and not isinstance(value, str)
    return is_some and all(isinstance(one, of) for one in value)


def _wrong(component: Component, field: str, found: object, hint: str) -> FlowDefinitionError:
    return FlowDefinitionError(f"{component.id} has {_told(found)} for its {field}", hint=hint)


def _told(value: object) -> str:
    if callable(value):
        kind = "class" if isinstance(value, type) else "function"
        return f"the {kind} {getattr(value, '__name__', value)}"
    if isinstance(value, Component):
        return f"the component {value.id}"
    return f"the {type(value).__name__} {value!r}"


def _instead_of(value: object) -> str:
    if isinstance(value, type) or not callable(value):
        return "give a node, a flow or an agent, made with its id: see threadlab.flows"
    name = getattr(value, "__name__", "name")
    return f'make it a node: threadlab.flows.PythonNode("{name}", {name})'
