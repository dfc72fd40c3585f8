"""Component tree: every component with its path, checked, and printed as a tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from threadlab.errors import FlowDefinitionError, WrongPath
from threadlab.flows.component import (
    AgentComponent,
    AgentNode,
    CommandNode,
    Component,
    Conditional,
    PythonNode,
    Unit,
    children_of,
)
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.flows.fitting import can_fit, kinds_given
from threadlab.flows.parameters import Parameter, type_name
from threadlab.flows.wiring import FromResult, Place, Source, input_of_agent, wired
from threadlab.flows.written import check_written


class ComponentTree:
    """A component with all below it. Making one checks it whole: nothing that is wrong can begin to run.

    `paths` has every component by its dot path, in order; `inputs` has the inputs of every unit, and
    `agent_inputs` those of every agent within the tree. Raises FlowDefinitionError: what is no component, an
    id that is no Python name or stands twice in one place, an empty flow, an input from nowhere or of a type
    that cannot fit, a function without types.
    """

    def __init__(self, root: Component) -> None:
        self.root = check_written(root, "the root of a flow")
        self.paths: dict[str, Component] = {}
        self.inputs: dict[str, dict[str, tuple[Parameter, Source]]] = {}
        self.agent_inputs: dict[str, dict[str, Source]] = {}
        for place in _places(Place((root,))):
            _check(place)
            component, path = place.line[-1], place.path
            self.paths[path] = component
            if isinstance(component, Unit):
                self.inputs[path] = wired(place, component)
                self._check_types(path)
            elif isinstance(component, AgentComponent) and component is not root:
                self.agent_inputs[path] = {
                    name: input_of_agent(place, component, name) for name in component.inputs
                }

    @property
    def run_inputs(self) -> tuple[str, ...]:
        """The names of the inputs that a run of it takes."""
        return tuple(self.root.inputs) if isinstance(self.root, AgentComponent) else ()

    def at(self, path: str) -> Component:
        """The component at that dot path. Raises WrongPath with the nearest ones."""
        if path not in self.paths:
            raise WrongPath(
                f"{self.root.id} has no component at {path!r}",
                hint=did_you_mean(path, self.paths, "its paths"),
            )
        return self.paths[path]

    def unit_path(self, name: str) -> str:
        """The path of the unit that is meant by a dot path or, where it is the only one, by an id.

        Raises WrongPath.
        """
        found = [path for path in self.inputs if path == name or path.endswith(f".{name}")]
        if name in found:
            return name
        if len(found) > 1:
            raise WrongPath(
                f"{name!r} could be {' or '.join(found)}", hint="write the whole path from the root"
            )
        if not found:
            names = [*(path.rpartition(".")[2] for path in self.inputs), *self.inputs]
            raise WrongPath(
                f"{self.root.id} has no node {name!r}", hint=did_you_mean(name, names, "its nodes")
            )
        return found[0]

    def _check_types(self, path: str) -> None:
        for name, (parameter, source) in self.inputs[path].items():
            if not isinstance(source, FromResult):
                continue
            given = kinds_given(self.paths[source.path])
            if not can_fit(given, parameter.type):
                raise FlowDefinitionError(
                    f"{path} wants {name}: {type_name(parameter.type)}, and {source.path} gives "
                    f"{' or '.join(sorted(given or ()))}",
                    hint="change one of the two types, or take the input from another component",
                )

    def __str__(self) -> str:
        lines = list(_lines(self.root, "", ""))
        width = max(len(name) for name, _ in lines)
        told = [self._about(path, component) for path, component in self.paths.items()]
        return "\n".join(
            f"{name:<{width}}  {about}".rstrip() for (name, _), about in zip(lines, told, strict=True)
        )

    def _about(self, path: str, component: Component) -> str:
        sources = [f"{name} ← {source}" for name, (_, source) in self.inputs.get(path, {}).items()]
        sources += [f"{name} ← {source}" for name, source in self.agent_inputs.get(path, {}).items()]
        if self.run_inputs and component is self.root:
            sources = [", ".join(self.run_inputs)]
        return f"{component.kind:<10}  {'; '.join(sources)}"


def _places(place: Place) -> Iterator[Place]:
    yield place
    for child in place.below():
        yield from _places(child)


def _check(place: Place) -> None:
    component = place.line[-1]
    for number, child in enumerate(children_of(component), 1):
        check_written(child, f"component {number} in {place.path}")
    if not component.id.isidentifier() or component.id == "run":
        raise FlowDefinitionError(
            f"{component.id!r} cannot be the id of a component",
            hint="use letters, digits and _, so that others can take its result by that name; not `run`",
        )
    if isinstance(component, PythonNode | CommandNode | AgentNode):
        return
    ids = Counter(child.id for child in children_of(component))
    if not ids:
        raise FlowDefinitionError(f"{place.path} is empty", hint="put a node into it")
    if double := [id_ for id_, times in ids.items() if times > 1]:
        raise FlowDefinitionError(
            f"{place.path} has two components with the id {double[0]!r}", hint="rename one of them"
        )
    if isinstance(component, Conditional) and "None" in ids:
        raise FlowDefinitionError(f"{place.path} has an option called None", hint="rename it")


def _lines(component: Component, lead: str, below: str) -> Iterator[tuple[str, Component]]:
    yield f"{lead}{component.id}", component
    children = children_of(component)
    for position, child in enumerate(children, 1):
        last = position == len(children)
        yield from _lines(child, f"{below}{'└─ ' if last else '├─ '}", f"{below}{'   ' if last else '│  '}")
