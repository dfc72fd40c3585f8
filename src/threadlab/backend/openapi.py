"""The description of the backend, as OpenAPI 3.1, made from the route table.

Paths follow one convention, so a route says by its form what it answers: a path that ends in a plural lists,
one below an id is about that object, a DELETE says what is gone, and a body that has `stream` (or a path that
ends in `/events`) gives events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pydantic.json_schema import models_json_schema

from threadlab.backend.wire.bodies import Body
from threadlab.backend.wire.call_schemas import CALL_SCHEMAS
from threadlab.backend.wire.file_objects import STATUSES
from threadlab.backend.wire.file_schemas import FILE_SCHEMAS
from threadlab.backend.wire.http import DESCRIPTION
from threadlab.backend.wire.include import RESULTS_CONTENT
from threadlab.backend.wire.paging import DEFAULT_LIMIT, MAX_LIMIT
from threadlab.backend.wire.schemas import EVENT, SCHEMAS, Json, choice, ref

OBJECTS: Mapping[str, str] = {
    "assistants": "assistant",
    "threads": "thread",
    "messages": "message",
    "runs": "run",
    "steps": "step",
    "files": "file",
    "vector_stores": "vector_store",
    "file_batches": "file_batch",
    "search": "search_results",
}
"""What is meant by a part of a path."""
ABOUT = """\
Agents, threads, messages, runs, run steps, files and vector stores, as azure-ai-agents and the OpenAI
Assistants protocol have them. The paths stand under /v1 and under the path of any Azure project's endpoint.
A server refuses what is not proper HTTP, too large or meant for another host by further 4xx of the same form,
and answers 429 and 500 where a fault was asked for.
"""
_PAGE: Mapping[str, Json] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "order": {**choice("asc", "desc"), "default": "desc"},
    "after": {"type": "string"},
    "before": {"type": "string"},
}
_JOIN: Mapping[str, Json] = {"after": {"type": "string"}, "stay": choice("true", "false")}


class Described(Protocol):
    """A route, as far as it is described."""

    @property
    def method(self) -> str:
        """The HTTP method."""
        ...

    @property
    def path(self) -> str:
        """The path, with ids as `<thread_id>`."""
        ...

    @property
    def handler(self) -> Any:
        """The function that answers; its docstring says what the operation is."""
        ...

    @property
    def body(self) -> type[Body] | None:
        """What is to be sent."""
        ...


def openapi(routes: Iterable[Described]) -> Json:
    """The OpenAPI 3.1 document of these routes."""
    routes, paths = tuple(routes), dict[str, Json]()
    for route in routes:
        paths.setdefault(template(route.path), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "threadlab", "version": "1", "description": ABOUT},
        "servers": [{"url": "/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {**SCHEMAS, **CALL_SCHEMAS, **FILE_SCHEMAS, "event": EVENT, **_bodies(routes)},
        },
    }


def template(path: str) -> str:
    """`/threads/<thread_id>` as OpenAPI writes it."""
    return re.sub(r"<(\w+)>", r"{\1}", path)


def _operation(route: Described) -> Json:
    said = (route.handler.__doc__ or "").partition(": ")[2] or route.handler.__doc__ or ""
    refusals = ("400", "401", "404") if _names_something(route) else ("400", "401")
    if _uploads(route):
        refusals = (*refusals, "413")
    if route.path.endswith("/search"):
        refusals = (*refusals, "500")
    operation: Json = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}.{route.handler.__name__.strip('_')}",
        "summary": said.strip(),
        "parameters": [_in_path(name) for name in re.findall(r"<(\w+)>", route.path)]
        + [{"name": name, "in": "query", "schema": schema} for name, schema in _query(route).items()],
        "responses": {
            "200": {"description": "Done.", "content": _content(route)},
            **{status: _refusal(status) for status in refusals},
        },
    }
    if _uploads(route):
        form = {"multipart/form-data": {"schema": ref("new_file")}}
        operation["requestBody"] = {"required": True, "content": form}
    if route.body is not None:
        sent = {"application/json": {"schema": ref(route.body.__name__)}}
        operation["requestBody"] = {"required": True, "content": sent}
    return operation


def _in_path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query(route: Described) -> Mapping[str, Json]:
    if route.path.endswith("/events"):
        return _JOIN
    if "/steps" in route.path or (route.body and "stream" in route.body.model_fields):
        more: Mapping[str, Json] = {"include[]": choice(RESULTS_CONTENT)}
    elif route.path == "/files":
        more = {"purpose": {"type": "string"}}
    elif "/vector_stores/" in route.path and _lists(route):
        more = {"filter": choice(*STATUSES)}
    else:
        more = {}
    if not _lists(route):
        return more if route.path != "/files" else {}
    return {**_PAGE, **more, **({"run_id": {"type": "string"}} if route.path.endswith("/messages") else {})}


def _content(route: Described) -> Json:
    """The forms that a success may have; of a stream, that of one event."""
    plain = {"application/json": {"schema": _answer(route)}}
    streamed = {"text/event-stream": {"schema": ref("event")}}
    if route.path.endswith("/events"):
        return streamed
    if route.path.endswith("/content"):
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {**plain, **streamed} if route.body and "stream" in route.body.model_fields else plain


def _answer(route: Described) -> Json:
    """The schema of a success that is no stream."""
    if route.path == DESCRIPTION:
        return {"type": "object"}
    if route.method == "DELETE":
        return ref("deleted")
    named = [OBJECTS[part] for part in route.path.split("/") if part in OBJECTS]
    if named[-1] == "file" and "vector_store" in named:
        named.append("stored_file")
    return ref(f"{named[-1]}_list" if _lists(route) else named[-1])


def _lists(route: Described) -> bool:
    return route.method == "GET" and route.path.rpartition("/")[2] in OBJECTS


def _names_something(route: Described) -> bool:
    """Whether a request names an object that may not be there."""
    names = {"assistant_id", "file_ids", "tool_resources"}
    return "<" in route.path or (route.body is not None and bool(names & route.body.model_fields.keys()))


def _uploads(route: Described) -> bool:
    return (route.method, route.path) == ("POST", "/files")


def _refusal(status: str) -> Json:
    words = {
        "400": "The request is wrong.",
        "401": "The key is.",
        "404": "There is no such object.",
        "413": "The file is too large.",
        "500": "The embedder cannot answer.",
    }
    return {"description": words[status], "content": {"application/json": {"schema": ref("error")}}}


def _bodies(routes: Iterable[Described]) -> Json:
    """The schemas of what is sent, in pydantic's own words."""
    models = sorted({route.body for route in routes if route.body}, key=lambda model: model.__name__)
    _, document = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return dict(document["$defs"])
