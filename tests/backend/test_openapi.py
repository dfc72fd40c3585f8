"""The description of the backend, and the backend held to it."""

from __future__ import annotations

import jsonschema_rs
import pytest

from tests.backend_client import FUNCTION, Client, read_stream
from tests.described import DESCRIPTION, check_stream, events_in, faults_of
from threadlab.backend.app import ROUTES
from threadlab.backend.local import Backend
from threadlab.backend.openapi import template
from threadlab.backend.wire.http import Request


def test_every_route_is_described_and_nothing_else() -> None:
    """Method by method, with a name of its own each."""
    described = {(method.upper(), path) for path, item in DESCRIPTION["paths"].items() for method in item}
    assert described == {(route.method, template(route.path)) for route in ROUTES}
    names = [
        operation["operationId"] for item in DESCRIPTION["paths"].values() for operation in item.values()
    ]
    assert len(set(names)) == len(ROUTES)
    assert all(operation["summary"] for item in DESCRIPTION["paths"].values() for operation in item.values())


def test_the_backend_hands_its_description_out() -> None:
    """As JSON, like everything else."""
    backend = Backend.seeded(1)
    assert Client(backend).get("/openapi.json") == DESCRIPTION
    backend.close()


@pytest.mark.parametrize("name", DESCRIPTION["components"]["schemas"])
def test_every_schema_is_one(name: str) -> None:
    """Valid in itself, with references that lead somewhere."""
    jsonschema_rs.meta.validate(DESCRIPTION["components"]["schemas"][name])
    faults_of({"$ref": f"#/components/schemas/{name}"}, {})


def stream(client: Client, method: str, path: str, body: bytes = b"") -> bytes:
    """A stream to its end."""
    response = client.backend.handle(Request(method, client.prefix + path, body=body))
    assert response.status == 200
    return read_stream(client.backend, response)


def test_the_events_of_a_tool_run_are_as_described(client: Client) -> None:
    """Both legs, and the same run read again."""
    agent, thread = client.agent(tools=[FUNCTION]), client.thread("How is the weather?")
    first = stream(
        client,
        "POST",
        f"/threads/{thread}/runs",
        b'{"assistant_id": "%s", "stream": true}' % agent.encode(),
    )
    check_stream(first)
    run = dict(events_in(first))["thread.run.requires_action"]
    path = f"/threads/{thread}/runs/{run['id']}"
    client.answer(path)
    check_stream(stream(client, "GET", f"{path}/events"))
    assert client.get(path)["status"] == "completed"


def test_a_field_that_nobody_described_is_found() -> None:
    """The judge itself is not blind."""
    ref = {"$ref": "#/components/schemas/deleted"}
    assert not faults_of(ref, {"id": "x", "object": "thread.deleted", "deleted": True})
    assert faults_of(ref, {"id": "x", "object": "thread.deleted", "deleted": True, "more": 1})
