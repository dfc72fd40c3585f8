"""Schemas: a JSON schema as the rules read it, whatever state it is in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, reduce
from math import ceil, floor
from typing import Any

from threadlab.backend.wire.json_schema import compiled

_HOPS = 5
_FAR = 10**9
_BY_KEY = {"properties": "object", "items": "array"}


@dataclass(frozen=True)
class Shape:
    """A schema made plain: references followed, of several types or branches the first that is not null.

    `root` is the schema that holds the definitions.
    """

    raw: Mapping[str, Any] = field(default_factory=dict)
    root: Any = None

    @classmethod
    def of(cls, schema: Any, root: Any = None) -> Shape:
        """The shape of a schema; one that cannot be read allows everything."""
        root = schema if root is None else root
        for _ in range(_HOPS):
            if not isinstance(schema, Mapping):
                break
            branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if isinstance(reference := schema.get("$ref"), str):
                schema = reduce(_inner, reference.strip("#/").split("/"), root)
            elif isinstance(branches, list):
                schema = next((b for b in branches if _inner(b, "type") not in (None, "null")), branches[0])
            else:
                return cls(schema, root)
        return cls({}, root)

    @cached_property
    def type(self) -> str:
        """The type, of several the first that is not null; a string where nothing tells."""
        told = self.raw.get("type")
        kinds = told if isinstance(told, list) else [told]
        kind = next((k for k in kinds if k != "null"), "null")
        return (
            kind if isinstance(kind, str) else next((_BY_KEY[k] for k in _BY_KEY if k in self.raw), "string")
        )

    @cached_property
    def properties(self) -> dict[str, Shape]:
        """The properties of an object; empty where there are none."""
        found = self.raw.get("properties")
        named = found if isinstance(found, Mapping) else {}
        return {str(name): Shape.of(named[name], self.root) for name in named}

    @cached_property
    def required(self) -> list[str]:
        """The names that must be given, each once."""
        found = self.raw.get("required")
        return list(dict.fromkeys(n for n in found if isinstance(n, str))) if isinstance(found, list) else []

    @property
    def items(self) -> Shape:
        """What an array holds."""
        return Shape.of(self.raw.get("items"), self.root)

    @property
    def choices(self) -> list[Any]:
        """The values of an enumeration; empty where there is none."""
        found = self.raw.get("enum")
        return list(found) if isinstance(found, list) else []

    def accepts(self, value: Any) -> bool:
        """Whether the value is valid. A schema that cannot be read forbids nothing."""
        shared = {key: self.root[key] for key in ("$defs", "definitions") if _inner(self.root, key)}
        try:
            check = _check(json.dumps({**shared, **self.raw}))
        except Exception:  # a learner's schema may be broken in any way; the rules go on without its check
            return True
        try:
            check(value)
        except ValueError:
            return False
        return True

    def sample(self, text: str, depth: int = 0) -> Any:
        """A valid value that means nothing; strings take the text."""
        for given in (self.raw.get("const"), self.raw.get("default"), *self.choices[:1]):
            if given is not None:
                return given
        if self.type == "object":
            needed = self.required if depth < _HOPS else []
            return {name: self.properties.get(name, Shape()).sample(text, depth + 1) for name in needed}
        if self.type == "array":
            return [self.items.sample(text, depth + 1)] * int(self.raw.get("minItems") or 0)
        if self.type in ("integer", "number"):
            return self._near_zero()
        if self.type == "string" and not self.choices:
            known = {"date": "1970-01-01", "date-time": "1970-01-01T00:00:00Z", "email": "nobody@example.org"}
            filled = known.get(
                str(self.raw.get("format")), text.ljust(int(self.raw.get("minLength") or 0), ".")
            )
            return filled[: self.raw.get("maxLength")]
        return False if self.type == "boolean" else None

    def _near_zero(self) -> int | float:
        """The whole number nearest to 0 within the bounds, and a multiple if it must be one."""
        bounds = {key: value for key, value in self.raw.items() if isinstance(value, int | float)}
        low = max(ceil(bounds.get("minimum", -_FAR)), floor(bounds.get("exclusiveMinimum", -_FAR)) + 1)
        high = min(floor(bounds.get("maximum", _FAR)), ceil(bounds.get("exclusiveMaximum", _FAR)) - 1)
        number, step = min(max(0, low), high), bounds.get("multipleOf") or 1
        multiple = ceil(number / step) * step
        return multiple if multiple <= high else floor(high / step) * step


def _inner(schema: Any, key: str) -> Any:
    return schema.get(key) if isinstance(schema, Mapping) else None


@lru_cache(maxsize=256)
def _check(schema: str) -> Callable[[Any], Any]:
    return compiled(json.loads(schema))
