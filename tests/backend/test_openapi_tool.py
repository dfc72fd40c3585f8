from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.backend_client import Client
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.engine.worker import Crew
from threadlab.backend.local import Backend
from threadlab.backend.openapi_tool.operations import BadDescription, operations
from threadlab.backend.openapi_tool.sending import is_allowed
from threadlab.backend.reach import Reach

Json = dict[str, Any]
CITY: Json = {"name": "city", "in": "path", "required": True, "schema": {"type": "string"}}
DAYS: Json = {"name": "days", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 3}}
NOTE: Json = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "of": {"$ref": "#/components/schemas/Note"}},
    "required": ["text"],
}


class Weather(BaseHTTPRequestHandler):
    """Echoes what it was asked; /moved leads elsewhere, /gone is not there."""

    def do_GET(self) -> None:
        """Any request."""
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        status = {"/moved": 302, "/gone": 404}.get(self.path, 200)
        said = {"method": self.command, "path": self.path, "body": body, "key": self.headers.get("X-Key")}
        answer = json.dumps(said).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Where it listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Weather)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def tool(host: str, paths: Json | None = None, **more: Any) -> Json:
    """The tool's definition."""
    spec = {
        "openapi": "3.0.3",
        "servers": [{"url": f"http://{host}/v1"}],
        "paths": paths
        or {
            "/weather/{city}": {
                "parameters": [CITY],
                "get": {"operationId": "get-weather", "summary": "The weather.", "parameters": [DAYS]},
            },
            "/notes": {
                "post": {
                    "operationId": "add note",
                    "parameters": [{"name": "X-Key", "in": "header", "schema": {"type": "string"}}],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": NOTE}}},
                }
            },
        },
        "components": {"schemas": {"Note": NOTE}},
    }
    described = {"name": "meteo", "description": "Weather", "spec": spec, "auth": {"type": "anonymous"}}
    return {"type": "openapi", "openapi": {**described, **more}}


@pytest.fixture
def calls() -> list[Call]:
    """What the model asks for."""
    return []


@pytest.fixture
def client(host: str, calls: list[Call]) -> Iterator[Client]:
    """A client of a backend that may call that host."""
    backend = Backend.seeded(1, completer=FromFunction(asking(calls)), reach=Reach(openapi_hosts=[host]))
    yield Client(backend)
    backend.close()


def asking(calls: list[Call]) -> Any:
    """A model that asks for the calls, and then says their outputs."""

    def model(request: Request) -> Any:
        return [called.output for called in request.rounds[-1]] if request.rounds else calls

    return model


def answered(client: Client, definition: Json) -> list[Json]:
    """The calls of a run with that tool, once it is completed."""
    run = client.run_on(client.thread("hi"), client.agent(tools=[definition]))
    client.until(run, "completed")
    (step,) = [one for one in client.get(f"{run}/steps")["data"] if one["type"] == "tool_calls"]
    return list(step["step_details"]["tool_calls"])


def test_an_operation_is_called_with_its_arguments_where_they_belong(
    client: Client, calls: list[Call], host: str
) -> None:
    """Path, query, header and body; the step names the function as 1.2.0b6 reads it."""
    calls += [
        Call("meteo_get-weather", '{"city": "Ålesund/By", "days": 2}'),
        Call("meteo_add_note", '{"X-Key": "k", "body": {"text": "wet"}}'),
    ]
    first, second = answered(client, tool(host))
    assert first["type"] == "openapi"
    assert first["function"]["name"] == "meteo_get-weather"
    assert first["openapi"] == first["function"]
    got = json.loads(first["function"]["output"])
    assert (got["method"], got["path"]) == ("GET", "/v1/weather/%C3%85lesund%2FBy?days=2")
    sent = json.loads(second["function"]["output"])
    assert (sent["method"], sent["path"], sent["key"]) == ("POST", "/v1/notes", "k")
    assert json.loads(sent["body"]) == {"text": "wet"}


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("meteo_get-weather", "{}", "city"),
        ("meteo_get-weather", '{"city": "Oslo", "days": 0}', "days"),
        ("meteo_get-weather", '{"city": "Oslo", "evil": 1}', "evil"),
        ("meteo_get-weather", "{", "not JSON"),
        ("meteo_add_note", '{"body": {"text": 1}}', "text"),
        ("meteo_add_note", '{"body": {"text": "a", "of": {"text": 5}}}', "text"),
        ("meteo_nothing", "{}", "no operation"),
    ],
)
def test_arguments_that_do_not_fit_are_told_to_the_model_and_never_sent(
    client: Client, calls: list[Call], host: str, name: str, arguments: str, words: str
) -> None:
    """By the description's schemas, references in them included."""
    calls.append(Call(name, arguments))
    (call,) = answered(client, tool(host))
    assert words in json.loads(call["function"]["output"])["error"]


def test_a_redirect_is_not_followed_and_an_error_is_told(
    client: Client, calls: list[Call], host: str
) -> None:
    """Both are outputs that say what happened."""
    paths = {"/moved": {"get": {"operationId": "moved"}}, "/gone": {"get": {"operationId": "gone"}}}
    definition = tool(host, paths)
    definition["openapi"]["spec"]["servers"] = [{"url": f"http://{host}"}]
    calls += [Call("meteo_moved", "{}"), Call("meteo_gone", "{}")]
    moved, gone = (json.loads(call["function"]["output"]) for call in answered(client, definition))
    assert "302" in moved["error"]
    assert moved["not followed"] == "http://127.0.0.1:1/elsewhere"
    assert "404" in gone["error"]


def test_a_host_that_cannot_be_reached_is_an_output_too(calls: list[Call]) -> None:
    """Nobody listens there."""
    backend = Backend.seeded(
        1, completer=FromFunction(asking(calls)), reach=Reach(openapi_hosts=["127.0.0.1:1"])
    )
    calls.append(Call("meteo_get-weather", '{"city": "Oslo"}'))
    (call,) = answered(Client(backend), tool("127.0.0.1:1"))
    assert "127.0.0.1:1 could not be asked" in json.loads(call["function"]["output"])["error"]


def test_with_a_worker_the_call_is_made_aside(tmp_path: Path, calls: list[Call], host: str) -> None:
    """The run comes back for it."""
    calls.append(Call("meteo_get-weather", '{"city": "Oslo"}'))
    backend = Backend.durable(
        tmp_path / "store.sqlite", completer=FromFunction(asking(calls)), worker=Crew(), pace=0.001,
        reach=Reach(openapi_hosts=[host]),
    )  # fmt: skip
    try:
        (call,) = answered(Client(backend), tool(host))
    finally:
        backend.close()
    assert json.loads(call["function"]["output"])["path"] == "/v1/weather/Oslo"


@pytest.mark.parametrize(
    ("change", "param", "words"),
    [
        ({"spec": {"paths": {}}}, "openapi.spec", "no operation"),
        ({"auth": {"type": "connection"}}, "openapi.auth.type", "Azure"),
        ({"auth": {"type": "managed_identity"}}, "openapi.auth.type", "anonymous"),
        ({"name": "no name"}, "openapi.name", "pattern"),
    ],
)
def test_a_definition_that_cannot_work_here_is_refused(
    client: Client, host: str, change: Json, param: str, words: str
) -> None:
    """When the agent is made."""
    body = {"model": "m", "tools": [tool(host, **change)]}
    status, error = client.error("POST", "/assistants", body)
    assert (status, error["param"]) == (400, f"tools[0].{param}")
    assert words in error["message"]


@pytest.mark.parametrize("other", ["localhost", "127.0.0.1", "169.254.169.254", "user@evil.example"])
def test_a_host_that_nobody_allowed_is_refused_and_the_refusal_says_how(client: Client, other: str) -> None:
    """Loopback is no exception."""
    body = {"model": "m", "tools": [tool(other)]}
    status, error = client.error("POST", "/assistants", body)
    assert (status, error["code"], error["param"]) == (
        400,
        "unsupported_tool",
        "tools[0].openapi.spec.servers",
    )
    assert "connect(openapi_hosts=[" in error["message"]
    assert "serve --openapi-host" in error["message"]


@pytest.mark.parametrize(
    ("url", "hosts", "allowed"),
    [
        ("https://api.example/v1", ["api.example"], True),
        ("https://API.example/v1", ["api.example"], True),
        ("https://api.example:443/v1", ["api.example"], True),
        ("https://api.example:8443/v1", ["api.example"], False),
        ("https://api.example:8443/v1", ["api.example:8443"], True),
        ("http://api.example/v1", ["api.example"], True),
        ("http://[::1]:80/v1", ["[::1]"], True),
        ("https://api.example.evil.example/v1", ["api.example"], False),
        ("https://api.example@evil.example/v1", ["api.example"], False),
        ("https://api.example@api.example/v1", ["api.example"], False),
        ("file:///etc/passwd", ["", "api.example"], False),
        ("https://{host}/v1", ["api.example"], False),
        ("https://api.example:x/v1", ["api.example"], False),
    ],
)
def test_a_host_is_allowed_by_its_exact_name_and_port(url: str, hosts: list[str], allowed: bool) -> None:
    """Nothing that only looks like it is."""
    assert is_allowed(url, hosts) is allowed


def test_a_path_cannot_change_the_host() -> None:
    """However the description is written."""
    sly = tool("api.example", {"@evil.example/": {"get": {"operationId": "x"}}})
    sly["openapi"]["spec"]["servers"] = [{"url": "http://api.example"}]
    assert not is_allowed(operations(sly)[0].url, ["api.example", "evil.example"])


def test_operations_are_functions_with_a_schema_of_all_their_arguments() -> None:
    """Defaults that the tool names need not be given; only the functions that it names are offered."""
    get, post = operations(tool("h.example"))
    assert (get.name, get.description, get.method) == ("meteo_get-weather", "The weather", "GET")
    assert get.parameters["required"] == ["city"]
    assert post.parameters["required"] == ["body"]
    assert post.parameters["properties"]["body"]["properties"]["of"] == {"$ref": "#/$defs/Note"}
    assert post.parameters["$defs"]["Note"]["properties"]["of"] == {"$ref": "#/$defs/Note"}
    needed = {**DAYS, "required": True}
    paths = {"/x": {"get": {"operationId": "x", "parameters": [needed]}}}
    assert operations(tool("h.example", paths))[0].parameters["required"] == ["days"]
    assert operations(tool("h.example", paths, default_params=["days"]))[0].parameters["required"] == []
    (only,) = operations(tool("h.example", functions=[{"name": "get-weather"}]))
    assert only.name == "meteo_get-weather"


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ({"/x": {"get": {"parameters": [{"$ref": "other.json"}]}}}, "out of the description"),
        ({"/x": {"get": {"parameters": [{"$ref": "#/nowhere"}]}}}, "leads nowhere"),
        ({"/x": {"get": {"operationId": "a"}}, "/y": {"get": {"operationId": "a"}}}, "two operations"),
        (
            {"/x": {"post": {"requestBody": {"required": True, "content": {"text/xml": {}}}}}},
            "application/json",
        ),
        ({"/x": {"get": {"operationId": "a" * 80}}}, "longer than"),
        ({"/x": {"get": {"parameters": [{"name": "a", "in": "moon"}]}}}, "moon"),
        ({"/x": []}, "not an object"),
    ],
)
def test_a_description_that_cannot_be_used_says_why(paths: Json, words: str) -> None:
    """In words."""
    with pytest.raises(BadDescription, match=words):
        operations(tool("h.example", paths))
