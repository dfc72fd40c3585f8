"""Wiring: where every input of every unit comes from, decided before anything runs.

An input called `outline` is, in this order:
1. what the unit's `inputs` say, by a name that has a meaning here;
2. what that name means here: the result of an earlier component with that id, or an input of the agent around
   it; of this flow, or else of the next one around it. The root agent's inputs are the run's; another's are
   what they mean around that agent;
3. the parameter's default;
4. asked for, when the run gets there, as is an input of the run that nobody gave.

A value that was given for the node beforehand (a static input) goes before all of these. Earlier means: it
has always ended when the unit begins. So what runs at the same time, or may not run at all, cannot be named,
and no circle can be written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from threadlab.errors import FlowDefinitionError
from threadlab.flows.component import AgentComponent, Component, Conditional, Flow, Unit, children_of
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.flows.parameters import Parameter, parameters_of


@dataclass(frozen=True, slots=True)
class FromResult:
    """The result of the component at this path."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class FromRun:
    """The run's input of this name."""

    name: str

    def __str__(self) -> str:
        return f"the run's {self.name}"


@dataclass(frozen=True, slots=True)
class FromDefault:
    """The function's own default."""

    def __str__(self) -> str:
        return "its default"


@dataclass(frozen=True, slots=True)
class Asked:
    """Nobody: it is asked for when the run gets there."""

    def __str__(self) -> str:
        return "asked for"


Source = FromResult | FromRun | FromDefault | Asked


@dataclass(frozen=True, slots=True)
class Earlier:
    """A component that has always ended before."""

    path: str
    component: Component


@dataclass(frozen=True, slots=True)
class Place:
    """A component with what is around it: `line` goes from the root down to it, itself last.

    `positions` has, for each component around it, that one's children by their ids.
    """

    line: tuple[Component, ...]
    positions: tuple[Mapping[str, int], ...] = ()

    @property
    def path(self) -> str:
        """Its dot path."""
        return ".".join(component.id for component in self.line)

    def below(self) -> Iterator[Place]:
        """The places of the component's children."""
        children = children_of(self.line[-1])
        positions = {child.id: number for number, child in enumerate(children)}
        for child in children:
            yield Place((*self.line, child), (*self.positions, positions))

    def earlier(self) -> Iterator[tuple[str, Component]]:
        """What has always ended when it begins and can be named by its id, the nearest first."""
        for depth, around in self._flows():
            for child in reversed(around.children[: self._position(depth)]):
                yield self._path_at(depth, child), child

    def meaning(self, name: str) -> Earlier | Source | None:
        """What the name means here, the nearest first: a component, or an agent's input. None for nothing.

        Raises FlowDefinitionError for an input of an agent that nobody gives.
        """
        for depth, around in self._flows():
            position = self.positions[depth].get(name)
            if position is not None and position < self._position(depth):
                return Earlier(self._path_at(depth, around.children[position]), around.children[position])
            if isinstance(around, AgentComponent) and name in around.inputs:
                agent = Place(self.line[: depth + 1], self.positions[:depth])
                return input_of_agent(agent, around, name)
        return None

    def agent_inputs(self) -> Iterator[str]:
        """The names of the inputs of all agents around it, the nearest first."""
        for _, around in self._flows():
            if isinstance(around, AgentComponent):
                yield from around.inputs

    def _flows(self) -> Iterator[tuple[int, Flow]]:
        """The flows around it, the nearest first, each with its depth."""
        for depth in range(len(self.line) - 2, -1, -1):
            if isinstance(around := self.line[depth], Flow):
                yield depth, around

    def _position(self, depth: int) -> int:
        return self.positions[depth][self.line[depth + 1].id]

    def _path_at(self, depth: int, child: Component) -> str:
        return ".".join([*(component.id for component in self.line[: depth + 1]), child.id])


def wired(place: Place, unit: Unit) -> dict[str, tuple[Parameter, Source]]:
    """Every input of the unit with where it comes from. Raises FlowDefinitionError."""
    parameters = {parameter.name: parameter for parameter in parameters_of(unit)}
    for name in unit.inputs:
        if name not in parameters:
            raise FlowDefinitionError(
                f"{place.path} has no input named {name!r}", hint=did_you_mean(name, parameters, "its inputs")
            )
    return {
        name: (parameter, _source(place, parameter, unit.inputs)) for name, parameter in parameters.items()
    }


def input_of_agent(place: Place, agent: AgentComponent, name: str) -> Source:
    """Where the input of that name of an agent comes from. Raises FlowDefinitionError where from nowhere."""
    if len(place.line) == 1:
        return FromRun(name)
    if isinstance(agent.inputs, Mapping):
        return _referred(place, name, agent.inputs[name])
    if (found := place.meaning(name)) is not None:
        return FromResult(found.path) if isinstance(found, Earlier) else found
    _refuse_what_is_not_earlier(place, name)
    raise FlowDefinitionError(
        f"{place.path} takes an input {name!r}, and around it nothing has that name",
        hint=f'say where it comes from: inputs={{"{name}": "..."}}; or add {name!r} to the inputs of '
        f"{place.line[0].id}",
    )


def _source(place: Place, parameter: Parameter, named: Mapping[str, str]) -> Source:
    if parameter.name in named:
        return _referred(place, parameter.name, named[parameter.name])
    if (found := place.meaning(parameter.name)) is not None:
        return FromResult(found.path) if isinstance(found, Earlier) else found
    if parameter.has_default:
        return FromDefault()
    _refuse_what_is_not_earlier(place, parameter.name)
    return Asked()


def _referred(place: Place, name: str, reference: str) -> Source:
    """What `inputs` name: `node`, `flow.node`, a whole path from the root, or an input of an agent around."""
    root = place.line[0].id
    first, *below = reference.removeprefix(f"{root}.").split(".")
    match place.meaning(first):
        case Earlier(path, component):
            return FromResult(".".join([path, *_descended(place, reference, component, below)]))
        case FromResult() | FromRun() as source if not below:
            return source
    _refuse_what_is_not_earlier(place, first)
    known = [path.removeprefix(f"{root}.") for path, _ in place.earlier()]
    raise FlowDefinitionError(
        f"{place.path} takes its {name} from {reference!r}, which is neither an earlier component "
        "nor an input of the run",
        hint=did_you_mean(reference, [*known, *place.agent_inputs()], "it may use"),
    )


def _descended(place: Place, reference: str, component: Component, below: list[str]) -> list[str]:
    for id_ in below:
        if isinstance(component, Conditional):
            raise FlowDefinitionError(
                f"{place.path} refers to {reference!r}, which runs only when {component.id} chooses it",
                hint=f"refer to {component.id} itself: its result is that of the one it chose",
            )
        found = {child.id: child for child in children_of(component)}
        if id_ not in found:
            raise FlowDefinitionError(
                f"{place.path} refers to {reference!r}, and {component.id} has nothing called {id_!r}",
                hint=did_you_mean(id_, found),
            )
        component = found[id_]
    return below


def _refuse_what_is_not_earlier(place: Place, id_: str) -> None:
    """Name the component that was probably meant, and why it cannot be."""
    for around, inside in zip(place.line, place.line[1:], strict=False):
        for child in children_of(around):
            if child.id == id_:
                when = "comes later" if isinstance(around, Flow) else "does not always run before it"
                it = "is itself" if child is place.line[-1] else f"is around {place.path}"
                raise FlowDefinitionError(
                    f"{place.path} wants the result of {id_}, which {it if child is inside else when}",
                    hint=f"put {id_} before it in a flow, or name the input otherwise",
                )
