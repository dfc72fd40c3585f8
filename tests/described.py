"""Holding answers of the backend to its own description."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from threadlab.backend.app import PREFIXES, ROUTES, Route
from threadlab.backend.openapi import openapi, template
from threadlab.backend.wire.schemas import EVENTS, ref

DESCRIPTION = openapi(ROUTES)
_MAP = Map(
    [
        Rule(prefix + route.path, methods=[route.method], endpoint=route)
        for prefix in PREFIXES
        for route in ROUTES
    ],
    strict_slashes=False,
    merge_slashes=False,
).bind("described")
_VALIDATORS: dict[str, Any] = {}


def route_of(method: str, path: str) -> Route | None:
    """The route that a request goes to, None if there is none."""
    try:
        route: Route = _MAP.match(path, method=method)[0]
    except HTTPException:
        return None
    return route


def name_of(route: Route) -> str:
    """`POST /threads/{thread_id}/runs`."""
    return f"{route.method} {template(route.path)}"


def faults_of(schema: Mapping[str, Any], content: Any) -> list[str]:
    """What is wrong with a content, by a schema that may refer to the description's."""
    key = json.dumps(schema)
    if key not in _VALIDATORS:
        whole = {"components": DESCRIPTION["components"], "allOf": [schema]}
        _VALIDATORS[key] = jsonschema_rs.Draft202012Validator(whole)
    return [
        f"{list(error.instance_path)}: {error.message}" for error in _VALIDATORS[key].iter_errors(content)
    ]


def check_answer(method: str, path: str, status: int, content: Any) -> None:
    """Fail unless this JSON is what the description promises for that request."""
    route = route_of(method, path)
    if route is None:
        assert status in (404, 405), f"{method} {path}: {status} where there is no route"
        schema = {"$ref": "#/components/schemas/error"}
    else:
        responses = DESCRIPTION["paths"][template(route.path)][method.lower()]["responses"]
        assert str(status) in responses, f"{name_of(route)} answers an undescribed {status}: {content}"
        schema = responses[str(status)]["content"]["application/json"]["schema"]
    wrong = faults_of(schema, content)
    assert not wrong, f"{method} {path}: {wrong}"


def events_in(stream: bytes) -> Iterator[tuple[str, Any]]:
    """The events of a stream as (name, data); the data of `done` is None."""
    for block in stream.split(b"\n\n"):
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if line)
        if fields:
            name = fields[b"event"].decode()
            yield name, None if name == "done" else json.loads(fields[b"data"])


def check_stream(stream: bytes) -> None:
    """Fail unless every event of a whole stream is as described, and `done` is the last."""
    events = list(events_in(stream))
    assert events, "an empty stream"
    assert events[-1][0] == "done"
    for name, content in events[:-1]:
        assert name in EVENTS, f"the event {name} is not described"
        wrong = faults_of(ref(EVENTS[name]), content)
        assert not wrong, f"{name}: {wrong}"
