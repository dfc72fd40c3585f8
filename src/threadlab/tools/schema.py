"""Schema: from a function's signature to the JSON schema that tells a model how to call it.

pydantic reads the types, docstring-parser the descriptions. The schema stands on its own: references to
nested models are replaced by what they name, but for types that contain themselves.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any

from docstring_parser import Docstring, ParseError, parse
from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema

from threadlab.errors import ToolDefinitionError

_DATA_KEYS = frozenset({"default", "const", "enum", "examples"})


class _Schema(GenerateJsonSchema):
    """pydantic's own generator, silent about defaults that JSON cannot hold: they are simply left out."""

    ignored_warning_kinds = GenerateJsonSchema.ignored_warning_kinds | {"non-serializable-default"}


def arguments_model(function: Callable[..., Any]) -> type[BaseModel]:
    """A pydantic model with one field for each parameter; the parameter's name is the field's alias.

    Aliases leave every name free for parameters, those of pydantic's own methods too. Raises
    ToolDefinitionError for what a model's JSON object cannot fill.
    """
    hints = _type_hints(function)
    fields: dict[str, Any] = {}
    for number, parameter in enumerate(inspect.signature(function).parameters.values()):
        _check(function, parameter, hints)
        default = ... if parameter.default is Parameter.empty else parameter.default
        fields[f"p{number}"] = (hints[parameter.name], Field(default, alias=parameter.name))
    config = ConfigDict(extra="forbid", allow_inf_nan=False)
    try:
        return create_model(function.__name__, __config__=config, **fields)
    except (PydanticUserError, TypeError) as error:
        raise _cannot_describe(function, error) from error


def parameters_schema(function: Callable[..., Any], arguments: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of the arguments: always an object, closed, with `properties` and `required`."""
    try:
        raw = arguments.model_json_schema(schema_generator=_Schema, union_format="primitive_type_array")
    except PydanticUserError as error:
        raise _cannot_describe(function, error) from error
    properties = raw.setdefault("properties", {})
    for described in _docstring(function).params:
        if described.description and described.arg_name in properties:
            properties[described.arg_name].setdefault("description", described.description)
    raw.setdefault("required", [])
    return _standing_alone(raw)


def description(function: Callable[..., Any]) -> str:
    """The docstring's text without the part about parameters and results; empty where there is none."""
    return (_docstring(function).description or "").strip()


def _docstring(function: Callable[..., Any]) -> Docstring:
    text = inspect.getdoc(function) or ""
    try:
        return parse(text)
    except ParseError:
        plain = Docstring()
        plain.short_description = text
        return plain


def _type_hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError, SyntaxError) as error:
        raise ToolDefinitionError(
            f"the types of {function.__name__} cannot be read: {error}",
            hint="import the types it names, and define them outside of any function",
        ) from error


def _check(function: Callable[..., Any], parameter: Parameter, hints: Mapping[str, Any]) -> None:
    name = f"parameter '{parameter.name}' of {function.__name__}"
    if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
        stars = "*" if parameter.kind is Parameter.VAR_POSITIONAL else "**"
        raise ToolDefinitionError(
            f"{name} is {stars}{parameter.name}: a model fills named values only",
            hint="write each parameter out, or take one list or dict",
        )
    if parameter.kind is Parameter.POSITIONAL_ONLY:
        raise ToolDefinitionError(
            f"{name} is positional-only: a model gives arguments by name",
            hint="remove the / from the signature",
        )
    if parameter.name not in hints:
        hint = f"give it a type: {parameter.name}: str, for one"
        if parameter.name in ("self", "cls"):
            hint = "make a tool of the bound method instead: tool(thing.method)"
        raise ToolDefinitionError(f"{name} has no type, so a model cannot know what to send", hint=hint)


def _cannot_describe(function: Callable[..., Any], error: Exception) -> ToolDefinitionError:
    return ToolDefinitionError(
        f"a parameter of {function.__name__} has a type that JSON cannot carry: "
        f"{str(error).strip().splitlines()[0]}",
        hint="use str, int, float, bool, list, dict, Literal, an Enum, a dataclass or a pydantic model",
    )


class _ContainsItself(Exception):
    """A definition refers to itself, directly or by way of others."""


def _standing_alone(raw: dict[str, Any]) -> dict[str, Any]:
    """The schema without `$defs`, unless a type contains itself: then there is no other way to say it."""
    definitions = raw.pop("$defs", {})
    try:
        whole: dict[str, Any] = _expanded(raw, definitions, ())
    except _ContainsItself:
        whole = {**_expanded(raw, {}, ()), "$defs": {k: _expanded(v, {}, ()) for k, v in definitions.items()}}
    return whole


def _expanded(node: Any, definitions: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    """The node with references replaced and pydantic's titles removed (they only repeat the names)."""
    if isinstance(node, list):
        return [_expanded(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if name in inside:
        raise _ContainsItself
    if name in definitions:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _expanded({**definitions[name], **beside}, definitions, (*inside, name))
    return {
        key: _below(key, value, definitions, inside)
        for key, value in node.items()
        if not (key == "title" or (key == "discriminator" and definitions))
    }


def _below(key: str, value: Any, definitions: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    if key in _DATA_KEYS:
        return value
    if key == "properties":
        return {name: _expanded(schema, definitions, inside) for name, schema in value.items()}
    return _expanded(value, definitions, inside)
