"""Operations: what an OpenAPI description offers, as functions that a model can call.

Pure. A function is called `<tool>_<operationId>`, as azure-ai-agents 1.2.0b6 names them in its traces. Its
arguments are the operation's parameters by name, and `body` for a JSON body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
PLACES = ("path", "query", "header", "cookie")
LONGEST_NAME = 64
"""Characters of a function's name, as models take them."""
DEEPEST = 50
"""Schemas within one another, and references that lead to references."""
DROPPED = ("nullable", "xml", "example", "discriminator", "externalDocs")
"""What OpenAPI adds to schemas and JSON Schema does not know."""
VALUES = ("enum", "const", "default", "required", "examples")
"""Keywords whose values are no schemas."""
MAPS = ("properties", "patternProperties", "$defs", "definitions")
"""Keywords whose values are schemas by name."""


class BadDescription(ValueError):
    """The description cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how it is called, and what a model is told of it.

    `places` says where each argument but `body` goes. `parameters` is the JSON schema of all arguments.
    """

    name: str
    description: str
    method: str
    url: str
    places: Mapping[str, str]
    parameters: Json


def operations(definition: Json) -> list[Operation]:
    """Those of a tool `{"type": "openapi", "openapi": {name, spec, …}}`. Raises BadDescription."""
    tool = definition["openapi"]
    spec, only = tool["spec"], {one["name"] for one in tool.get("functions") or [] if one.get("name")}
    found = list(_operations(tool["name"], spec, set(tool.get("default_params") or [])))
    if not found:
        raise BadDescription("it has no operation under 'paths'")
    for one in found:
        if len(one.name) > LONGEST_NAME:
            raise BadDescription(f"the name {one.name} is longer than {LONGEST_NAME} characters")
        if sum(one.name == other.name for other in found) > 1:
            raise BadDescription(f"two operations are called {one.name}: give each an operationId of its own")
    return [
        one
        for one in found
        if not only or one.name in only or one.name.removeprefix(f"{tool['name']}_") in only
    ]


def _operations(tool: str, spec: Json, defaults: set[str]) -> Iterator[Operation]:
    for path, item in _object(spec.get("paths"), "paths").items():
        shared = _object(_followed(item, spec), f"paths.{path}")
        for method in METHODS:
            if method in shared:
                operation = _object(shared[method], f"paths.{path}.{method}")
                yield _operation(tool, spec, path, method, shared, operation, defaults)


def _operation(
    tool: str, spec: Json, path: str, method: str, shared: Json, operation: Json, defaults: set[str]
) -> Operation:
    id = operation.get("operationId") or f"{method}_{path}"
    given = [*(shared.get("parameters") or []), *(operation.get("parameters") or [])]
    known = {(one.get("name"), one.get("in")): one for one in (_followed(one, spec) for one in given)}
    properties: Json = {}
    required: list[str] = []
    schemas = _Schemas(spec)
    for (name, place), parameter in known.items():
        if not isinstance(name, str) or place not in PLACES:
            raise BadDescription(f"a parameter of {id} has no name, or is in {place!r}")
        properties[name] = schemas.schema(parameter.get("schema"), parameter.get("description"))
        has_default = name in defaults and "default" in properties[name]
        if (parameter.get("required") or place == "path") and not has_default:
            required.append(name)
    body = _followed(operation.get("requestBody") or {}, spec)
    content = (body.get("content") or {}).get("application/json")
    if content is not None:
        properties["body"] = schemas.schema(content.get("schema"), body.get("description"))
        required += ["body"] if body.get("required") else []
    elif body.get("required"):
        raise BadDescription(f"the body of {id} is not application/json, and nothing else can be sent")
    words = [operation.get("summary"), operation.get("description")]
    return Operation(
        name=function_name(tool, id),
        description=". ".join(word.strip().rstrip(".") for word in words if word)
        or f"{method.upper()} {path}",
        method=method.upper(),
        url=server_of(spec, shared, operation).rstrip("/") + path,
        places={str(name): str(place) for name, place in known if name != "body" or content is None},
        parameters={
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
            **({"$defs": schemas.definitions} if schemas.definitions else {}),
        },
    )


def function_name(tool: str, id: str) -> str:
    """What a model calls an operation by."""
    return f"{tool}_{re.sub(r'[^a-zA-Z0-9_-]+', '_', id).strip('_')}"


def server_of(spec: Json, *levels: Json) -> str:
    """The address below which an operation is: the innermost that is said. Raises BadDescription."""
    said = [level["servers"] for level in (*reversed(levels), spec) if level.get("servers")]
    server = _object(said[0][0], "servers[0]") if said else {}
    url = str(server.get("url", ""))
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    if not url.startswith(("http://", "https://")):
        raise BadDescription("'servers' names no address that starts with https:// or http://")
    return url


class _Schemas:
    """Schemas as JSON Schema has them: what is referred to stands under `$defs`, null among the types."""

    def __init__(self, spec: Json) -> None:
        self._spec = spec
        self.definitions: Json = {}

    def schema(self, given: Any, description: Any = None) -> Json:
        """One argument's schema."""
        plain = self._plain(given, 0) if isinstance(given, dict) else {}
        return {"description": description, **plain} if isinstance(description, str) else plain

    def _plain(self, schema: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise BadDescription(f"a schema is nested more than {DEEPEST} deep")
        if isinstance(schema, list):
            return [self._plain(one, depth + 1) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if isinstance(schema.get("$ref"), str):
            return self._defined(schema["$ref"])
        plain = {
            name: self._keyword(name, value, depth) for name, value in schema.items() if name not in DROPPED
        }
        if schema.get("nullable") is True and isinstance(plain.get("type"), str):
            plain["type"] = [plain["type"], "null"]
        return plain

    def _keyword(self, name: str, value: Any, depth: int) -> Any:
        if name in VALUES:
            return value
        if name in MAPS and isinstance(value, dict):
            return {key: self._plain(one, depth + 1) for key, one in value.items()}
        return self._plain(value, depth + 1)

    def _defined(self, reference: str) -> Json:
        name = re.sub(r"[^a-zA-Z0-9]+", "_", reference.removeprefix("#/components/schemas/")).strip("_")
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self._plain(_followed({"$ref": reference}, self._spec), 0)
        return {"$ref": f"#/$defs/{name}"}


def _followed(given: Any, spec: Json) -> Json:
    """What a reference within the description leads to. Raises BadDescription if it leads elsewhere."""
    found = given
    for _ in range(DEEPEST):
        if not (isinstance(found, dict) and isinstance(found.get("$ref"), str)):
            return _object(found, "a part of it")
        reference = found["$ref"]
        if not reference.startswith("#/"):
            raise BadDescription(f"the reference {reference} leads out of the description")
        found = spec
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or name not in found:
                raise BadDescription(f"the reference {reference} leads nowhere")
            found = found[name]
    raise BadDescription("its references lead in a circle")


def _object(given: Any, where: str) -> Json:
    if not isinstance(given, dict):
        raise BadDescription(f"{where} is not an object")
    return given
