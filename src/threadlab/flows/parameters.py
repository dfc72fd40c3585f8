"""Parameters: the inputs that a unit wants, and its values on their way to JSON and back.

What a node returns is recorded as JSON, and the next one gets what its own types make of that JSON: so it is
given the very same thing whether the result was just computed or is reused from a record.
"""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import PydanticSerializationError

from threadlab.errors import FlowDefinitionError, FlowError
from threadlab.flows.component import AgentNode, CommandNode, Conditional, PythonNode, Unit
from threadlab.flows.template import names_in

_JSON = TypeAdapter[Any](Any, config=ConfigDict(ser_json_inf_nan="constants"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input: its name, its type, and whether there is a default to go without."""

    name: str
    type: Any = str
    has_default: bool = False


def parameters_of(unit: Unit) -> tuple[Parameter, ...]:
    """The inputs that it wants, in order. Raises FlowDefinitionError."""
    if isinstance(unit, PythonNode):
        return _of_function(unit.function)
    if isinstance(unit, Conditional):
        return _of_function(unit.choose)
    names = set().union(*(names_in(template) for template in templates_of(unit)))
    return tuple(Parameter(name, Any) for name in sorted(names - {"run"}))


def templates_of(node: AgentNode | CommandNode) -> tuple[str, ...]:
    """Its templates; `run` in them means the run's RunEnvParams."""
    if isinstance(node, AgentNode):
        return (node.prompt,)
    return (*node.command, node.stdin, *node.env.values())


def typed(path: str, parameters: tuple[Parameter, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the types want them. Raises FlowError, which names node and input, where one is wrong."""
    made: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.name not in values:
            continue
        try:
            made[parameter.name] = TypeAdapter(parameter.type).validate_python(values[parameter.name])
        except ValidationError as error:
            found = "; ".join(
                ".".join(map(str, (parameter.name, *problem["loc"]))) + f": {problem['msg']}"
                for problem in error.errors(include_input=False, include_url=False)
            )
            raise FlowError(
                f"an input of {path} does not fit: {found}",
                hint=f"it wants {parameter.name}: {type_name(parameter.type)}",
            ) from None
    return made


def as_json(path: str, value: Any) -> Any:
    """The value as JSON carries it. Raises FlowError for a value that JSON cannot carry."""
    try:
        plain = _JSON.dump_python(value, mode="json")
        json.dumps(plain, allow_nan=False)
        return plain
    except (PydanticSerializationError, ValueError) as error:
        raise FlowError(
            f"{path} returned a {type(value).__name__}, which JSON cannot carry: {error}",
            hint="return text, numbers, lists, dicts, dataclasses or pydantic models",
        ) from error


def _of_function(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    name = getattr(function, "__name__", repr(function))
    try:
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError, ValueError) as error:
        raise FlowDefinitionError(
            f"the inputs of {name} cannot be read: {error}",
            hint="write a function with typed parameters, whose types are imported",
        ) from error
    return tuple(_parameter(name, parameter, hints) for parameter in signature.parameters.values())


def _parameter(function: str, parameter: inspect.Parameter, hints: Mapping[str, Any]) -> Parameter:
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise FlowDefinitionError(
            f"{parameter} of {function} has no name of its own, and inputs are given by name",
            hint="write each parameter out",
        )
    if parameter.name not in hints:
        raise FlowDefinitionError(
            f"parameter {parameter.name} of {function} has no type",
            hint=f"give it one, for instance {parameter.name}: str",
        )
    try:
        TypeAdapter(hints[parameter.name])
    except PydanticUserError as error:
        raise FlowDefinitionError(
            f"parameter {parameter.name} of {function} has a type that JSON cannot carry: {error.message}",
            hint="use str, int, float, bool, list, dict, Literal, a dataclass or a pydantic model",
        ) from error
    return Parameter(parameter.name, hints[parameter.name], parameter.default is not parameter.empty)


def type_name(type_: Any) -> str:
    """The type as it is written."""
    return type_.__name__ if isinstance(type_, type) else str(type_)
