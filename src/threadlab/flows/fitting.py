"""Fitting: whether what a component gives can ever be what another one wants, told from their types alone.

Only what can never fit is refused: a number where text is wanted, a list where an object is. Text may be a
number, and `Any` may be anything. Types are compared by what JSON makes of them.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from threadlab.flows.component import (
    AgentNode,
    CommandNode,
    Component,
    Conditional,
    Flow,
    Parallel,
    PythonNode,
)

Kinds = frozenset[str]
"""Of JSON: string, integer, number, boolean, null, array, object."""

_MAY_BECOME: Mapping[str, Kinds] = {
    "string": frozenset({"string", "integer", "number", "boolean"}),
    "integer": frozenset({"integer", "number", "boolean"}),
    "number": frozenset({"integer", "number", "boolean"}),
    "boolean": frozenset({"boolean", "integer", "number"}),
    "null": frozenset({"null"}),
    "array": frozenset({"array"}),
    "object": frozenset({"object"}),
}
"""What pydantic can make of a JSON value in its lax mode, at best."""


def can_fit(given: Kinds | None, wanted: Any) -> bool:
    """Whether one of the kinds can become that type; what is not known can."""
    kinds = None if _validates_itself(wanted) else _kinds_of(wanted, "validation")
    if given is None or kinds is None:
        return True
    return any(_MAY_BECOME[one] & kinds for one in given)


def kinds_given(component: Component) -> Kinds | None:
    """The kinds of a component's result; None where they are not known."""
    match component:
        case AgentNode() | CommandNode():
            return frozenset({"string"})
        case Parallel():
            return frozenset({"object"})
        case Conditional():
            given = [kinds_given(child) for child in component.children]
            known = [kinds for kinds in given if kinds is not None]
            return frozenset({"null"}).union(*known) if len(known) == len(given) else None
        case Flow():
            return kinds_given(component.children[-1])
        case PythonNode():
            return _kinds_of(_returned(component.function), "serialization")
    return None


def _validates_itself(type_: Any) -> bool:
    """Whether a validator of its own may make it of anything."""
    validators = getattr(getattr(type_, "__pydantic_decorators__", None), "model_validators", ())
    is_own = "__get_pydantic_core_schema__" in getattr(type_, "__dict__", {})
    return bool(validators) or is_own or typing.get_origin(type_) is typing.Annotated


def _returned(function: Callable[..., Any]) -> Any:
    """The type that it says it returns; `Any` where it says nothing."""
    try:
        found = typing.get_type_hints(inspect.unwrap(function), include_extras=True).get("return", Any)
    except (NameError, TypeError):
        return Any
    return type(None) if found is None else found


def _kinds_of(type_: Any, mode: Literal["validation", "serialization"]) -> Kinds | None:
    try:
        return _known_kinds(type_, mode)
    except TypeError:  # a type that cannot be hashed
        return None


@lru_cache(512)
def _known_kinds(type_: Any, mode: Literal["validation", "serialization"]) -> Kinds | None:
    try:
        schema = TypeAdapter(type_).json_schema(mode=mode)
    except (PydanticUserError, ValueError, AttributeError):
        return None
    return _kinds_in(schema, schema.get("$defs", {}))


def _kinds_in(schema: Mapping[str, Any], named: Mapping[str, Any]) -> Kinds | None:
    """The kinds that a JSON schema allows; None where it does not say, or wants text of a certain form."""
    if "$ref" in schema:
        return _kinds_in(named.get(schema["$ref"].rpartition("/")[2], {}), named)
    if options := schema.get("anyOf") or schema.get("oneOf"):
        found = [_kinds_in(option, named) for option in options]
        known = [kinds for kinds in found if kinds is not None]
        return frozenset[str]().union(*known) if len(known) == len(found) else None
    kind = schema.get("type")
    return frozenset({kind}) if isinstance(kind, str) and "format" not in schema else None
