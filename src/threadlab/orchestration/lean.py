"""Lean: the definition of a tool in few words, for whoever pays for it with each decision. Pure.

What all the orchestrator's tools share is said once, in its instructions; what a type or a default allows is
checked when a choice is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

_CHECKED_LATER = frozenset({"additionalProperties", "default"})
_IN_THE_INSTRUCTIONS = frozenset({"parameters"})
"""Parameters whose fields the orchestrator's instructions name."""


def lean(definition: Mapping[str, Any], left_out: Collection[str] = ()) -> dict[str, Any]:
    """The definition (in wire form) without these parameters, and without all that can be left out."""
    function = definition["function"]
    schema = function["parameters"]
    properties = {
        name: {"type": told["type"]} if name in _IN_THE_INSTRUCTIONS else _bare(told, words=True)
        for name, told in schema["properties"].items()
        if name not in left_out
    }
    described = " ".join(function["description"].split())
    parameters = {"type": "object", "properties": properties, "required": schema["required"]}
    return {**definition, "function": {**function, "description": described, "parameters": parameters}}


def _bare(schema: Mapping[str, Any], *, words: bool = False) -> dict[str, Any]:
    """A JSON schema without defaults, and without the words of the types in it; with its own `words`."""
    gone = _CHECKED_LATER if words else _CHECKED_LATER | {"description"}
    bare = {key: told for key, told in schema.items() if key not in gone}
    if "properties" in bare:
        bare["properties"] = {name: _bare(told) for name, told in bare["properties"].items()}
    if "items" in bare:
        bare["items"] = _bare(bare["items"])
    return bare
