"""Requests made from the description, sent to the backend as it is served: no 5xx, nothing undescribed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.wrappers import Request, Response

from tests.backend_client import FUNCTION, Client, Scene, read_stream
from tests.described import DESCRIPTION
from tests.uploads import upload, vector_store
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request as Plain

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = settings(
    max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
schema = schemathesis.openapi.from_dict(DESCRIPTION)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client of one backend for all of them."""
    backend = Backend.seeded(1, completer=Scene())
    yield Client(backend)
    backend.close()


def application(client: Client) -> Any:
    """The backend as a WSGI application: no socket."""

    @Request.application
    def answer(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        plain = Plain(request.method, request.path, request.args.to_dict(), headers, request.get_data())
        given = client.backend.handle(plain)
        body = given.body if isinstance(given.body, bytes) else read_stream(client.backend, given)
        return Response(body, given.status, dict(given.headers))

    return answer


def things(client: Client) -> dict[str, str]:
    """Ids of what is there: a run that waits for outputs, its step, its thread; a file in a vector store."""
    agent, thread = client.agent(tools=[FUNCTION]), client.thread("How is the weather?")
    run = client.run_on(thread, agent)
    client.backend.time.sleep(5)
    assert client.get(run)["status"] == "requires_action"
    (step,) = client.get(f"{run}/steps")["data"]
    (message,) = client.get(f"/threads/{thread}/messages")["data"]
    file = upload(client)
    store = vector_store(client, file)
    batch = client.post(f"/vector_stores/{store}/file_batches", {"file_ids": [file]})
    return {
        "file_id": file,
        "vector_store_id": store,
        "batch_id": batch["id"],
        "assistant_id": agent,
        "thread_id": thread,
        "message_id": message["id"],
        "run_id": run.rpartition("/")[2],
        "step_id": step["id"],
    }


def send(case: Any, client: Client) -> None:
    """Send one request and check the answer."""
    case.call_and_validate(app=application(client), base_url="http://localhost/v1", checks=CHECKS)


@schema.parametrize()
@BOUNDED
def test_any_request_gets_a_described_answer(case: Any, client: Client) -> None:
    """Ids that nobody made, bodies that fit and that do not."""
    send(case, client)


@schema.parametrize()
@BOUNDED
def test_any_request_about_what_is_there_gets_a_described_answer(case: Any, client: Client) -> None:
    """The same, about an agent, a thread and a run that exist."""
    ids = things(client)
    case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
    if isinstance(case.body, dict) and "assistant_id" in case.body:
        case.body["assistant_id"] = ids["assistant_id"]
    send(case, client)
