"""Schemas: how the rules read a JSON schema, whatever state it is in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil, floor
from typing import Any

import fastjsonschema

from threadlab.backend.completer.rules.words import human
from threadlab.backend.wire.json_schema import compiled

Shape = Mapping[str, Any]
_HOPS = 5
_FAR = 10**9
_CONTAINERS = {"properties": "object", "items": "array", "enum": "string"}


def resolve(schema: Any, root: Any) -> Shape:
    """The schema with references followed, and of several types or branches the first that is not null."""
    for _ in range(_HOPS):
        if not isinstance(schema, Mapping):
            return {}
        branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if isinstance(reference := schema.get("$ref"), str):
            schema = _at(root, reference)
        elif isinstance(branches, list):
            schema = next((b for b in branches if isinstance(b, Mapping) and b.get("type") != "null"), None)
        else:
            return {**schema, "type": _type(schema)}
    return {}


def properties(shape: Shape) -> Mapping[str, Any]:
    """The properties of an object schema; empty where there are none."""
    found = shape.get("properties")
    return {str(name): found[name] for name in found} if isinstance(found, Mapping) else {}


def required(shape: Shape) -> list[str]:
    """The names that must be given, each once."""
    found = shape.get("required")
    names = [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
    return list(dict.fromkeys(names))


def choices(shape: Shape) -> list[Any]:
    """The values of an enumeration; empty where there is none."""
    found = shape.get("enum")
    return list(found) if isinstance(found, list) else []


def fits(value: Any, schema: Any, root: Any) -> bool:
    """Whether the value is valid by the schema. A schema that cannot be read forbids nothing."""
    definitions = {
        key: root[key] for key in ("$defs", "definitions") if isinstance(root, Mapping) and key in root
    }
    try:
        check = _check(json.dumps({**definitions, **schema}))
    except Exception:  # a learner's schema may be broken in any way; the rules go on without its check
        return True
    try:
        check(value)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


def wish(name: str, schema: Any) -> str:
    """A missing parameter in words, with its choices if it has any: "priority (low or high)"."""
    shape = resolve(properties(resolve(schema, schema)).get(name), schema)
    listed = human([str(choice) for choice in choices(shape)], "or")
    return f"{name} ({listed})" if listed else name


def sample(schema: Any, root: Any, text: str, depth: int = 0) -> Any:
    """A value that is valid by the schema and means nothing; strings take the text."""
    shape = resolve(schema, root)
    for key in ("const", "default"):
        if key in shape:
            return shape[key]
    if listed := choices(shape):
        return listed[0]
    kind = shape["type"] if shape else "string"
    if kind == "object" and depth < _HOPS:
        inner = properties(shape)
        return {name: sample(inner.get(name), root, text, depth + 1) for name in required(shape)}
    if kind == "array":
        return [sample(shape.get("items"), root, text, depth + 1)] * int(shape.get("minItems") or 0)
    if kind in ("integer", "number"):
        return _number(shape)
    return {"object": {}, "boolean": False, "null": None}.get(kind, _string(shape, text))


def _number(shape: Shape) -> int | float:
    """The whole number nearest to 0 within the bounds, and a multiple if it must be one."""
    bounds = {key: value for key, value in shape.items() if isinstance(value, int | float)}
    low = max(ceil(bounds.get("minimum", -_FAR)), floor(bounds.get("exclusiveMinimum", -_FAR)) + 1)
    high = min(floor(bounds.get("maximum", _FAR)), ceil(bounds.get("exclusiveMaximum", _FAR)) - 1)
    number, step = min(max(0, low), high), bounds.get("multipleOf") or 1
    multiple = ceil(number / step) * step
    return multiple if multiple <= high else floor(high / step) * step


def _string(shape: Shape, text: str) -> str:
    known = {"date": "1970-01-01", "date-time": "1970-01-01T00:00:00Z", "email": "nobody@example.org"}
    return str(
        known.get(str(shape.get("format")), text.ljust(int(shape.get("minLength") or 0), "."))[
            : shape.get("maxLength")
        ]
    )


def _at(root: Any, reference: str) -> Any:
    found = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(part) if isinstance(found, Mapping) and part else found
    return found


def _type(schema: Shape) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "null")
    return (
        kind
        if isinstance(kind, str)
        else next((t for key, t in _CONTAINERS.items() if key in schema), "string")
    )


@lru_cache(maxsize=256)
def _check(schema: str) -> Callable[[Any], Any]:
    return compiled(json.loads(schema))
