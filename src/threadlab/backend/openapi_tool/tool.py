"""openapi, the hosted tool: checks a call's arguments by the description and sends the request."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from threadlab.backend.aside import Aside
from threadlab.backend.clock import Clock
from threadlab.backend.hosted import Json, NotYet, Outcome, Setting, ToolRefused
from threadlab.backend.openapi_tool.operations import BadDescription, Operation, operations
from threadlab.backend.openapi_tool.sending import host_of, is_allowed, request_of, send
from threadlab.backend.wire.json_schema import compiled


class OpenApi:
    """Calls operations at `hosts` (`api.example.org`, `localhost:8080`), aside if a `clock` is given."""

    def __init__(self, hosts: Collection[str], clock: Clock | None) -> None:
        self._hosts = frozenset(hosts)
        self._aside: Aside[str] = Aside("openapi", clock)

    def check(self, definition: Json) -> None:
        """Raise ToolRefused for a description that cannot be read, a host not allowed, or credentials."""
        auth = (definition["openapi"].get("auth") or {}).get("type", "anonymous")
        if auth != "anonymous":
            raise ToolRefused(
                f"authentication of type '{auth}' takes a connection of a project on Azure; "
                "here only 'anonymous' works",
                "openapi.auth.type",
            )
        try:
            found = operations(definition)
        except BadDescription as problem:
            raise ToolRefused(f"the description cannot be used: {problem}", "openapi.spec") from None
        for operation in found:
            if not is_allowed(operation.url, self._hosts):
                host = host_of(operation.url)
                raise ToolRefused(
                    f"the host {host} is not allowed here. Whoever runs the backend allows it: "
                    f'connect(openapi_hosts=["{host}"]), or threadlab serve --openapi-host {host}',
                    "openapi.spec.servers",
                )

    def offer(self, setting: Setting) -> list[Json]:
        """A function for each operation."""
        return [
            {
                "type": "function",
                "function": {
                    "name": operation.name,
                    "description": operation.description,
                    "parameters": operation.parameters,
                },
                "hosted": "openapi",
            }
            for operation in operations(setting.definition)
        ]

    def call(self, setting: Setting, arguments: str) -> Outcome | NotYet:
        """Send the request of an operation. Whatever is wrong with the arguments, the model is told."""
        operation = next((one for one in operations(setting.definition) if one.name == setting.name), None)
        if operation is None:
            return _failed(f"there is no operation {setting.name}")
        if not is_allowed(operation.url, self._hosts):
            return _failed(f"the host {host_of(operation.url)} is not allowed here any more")
        given = _checked(operation, arguments)
        if isinstance(given, str):
            return _failed(given)
        sent = request_of(operation, given)
        said = self._aside.result(setting, lambda: send(sent))
        return said if isinstance(said, NotYet) else Outcome(said)

    def forget(self, run_id: str) -> None:
        """Drop what is being done for a run."""
        self._aside.forget(run_id)

    def close(self) -> None:
        """Begin nothing more."""
        self._aside.close()


def _checked(operation: Operation, arguments: str) -> Json | str:
    """The arguments, or what is wrong with them."""
    try:
        given: Any = json.loads(arguments or "{}")
    except ValueError as error:
        return f"the arguments are not JSON: {error}"
    if not isinstance(given, dict):
        return "the arguments are not a JSON object"
    try:
        compiled(operation.parameters)(given)
    except Exception as error:  # the library raises many kinds for a schema that it cannot read
        return f"the arguments do not fit {operation.name}: {error}"
    return given


def _failed(message: str) -> Outcome:
    return Outcome(json.dumps({"error": message}, ensure_ascii=False))
