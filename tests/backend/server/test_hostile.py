"""Hostile clients against a real server: whatever comes, the answer is a 4xx in the envelope, or a success.

The server's own fixture looks at the end whether it ever wrote a traceback.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server_process import KEY, ServerProcess
from threadlab.backend.server.gate import MOST_BODY, MOST_HEAD

HEAD = f"Host: localhost\r\nAuthorization: Bearer {KEY}\r\n".encode()
AGENT = {"model": "stand-in"}


def request(line: bytes, *headers: bytes, body: bytes = b"", head: bytes = HEAD) -> bytes:
    """A request in bytes."""
    lines = b"".join(header + b"\r\n" for header in headers)
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    return line + b" HTTP/1.1\r\n" + head + lines + length + b"\r\n" + body


def answer(raw: bytes) -> tuple[int, Any]:
    """The status and the JSON of a response in bytes."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body) if body else None


def refused(raw: bytes, status: int, code: str | None = None) -> None:
    """That a response is that refusal, in the envelope."""
    got, content = answer(raw)
    assert got == status, raw
    assert set(content["error"]) == {"message", "type", "param", "code"}
    assert code is None or content["error"]["code"] == code


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "invalid_http"),  # TLS, where none is spoken
        (b"GET / HTTP/9.9\r\n\r\n", 400, "invalid_http"),
        (b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid_http"),
        (b"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid_http"),
        (request(b"POST /v1/threads", b"Content-Length: x"), 400, "invalid_http"),
        (request(b"POST /v1/threads", b"Content-Length: 2", b"Content-Length: 3"), 400, "invalid_http"),
        (
            request(b"POST /v1/threads", b"Content-Length: 2", b"Transfer-Encoding: chunked"),
            400,
            "invalid_http",
        ),
        (request(b"POST /v1/threads", b"Transfer-Encoding: chunked") + b"zz\r\n", 400, "invalid_http"),
        (request(b"GET /v1/threads", b"X: " + b"x" * MOST_HEAD), 431, "headers_too_large"),
        (request(b"GET /v1/threads", head=b"Host: evil.example\r\n"), 421, "misdirected_request"),
        (request(b"GET /v1/threads", head=b""), 421, "misdirected_request"),
        (request(b"GET http://evil.example/healthz", head=b"Host: evil.example\r\n"), 421, None),
        (request(b"GET /v1/threads", head=b"Host: localhost\r\n"), 401, "unauthorized"),
        (request(b"GET /v1/threads/%00"), 400, "invalid_path"),
        (request(b"GET /v1/threads/%zz"), 400, "invalid_path"),
        (request(b"GET /v1/threads/%ff"), 400, "invalid_path"),
        (request(b"GET /v1/threads?limit=%ff"), 400, "invalid_query"),
        (request(b"GET /v1/threads?limit=" + b"9" * 5000), 400, None),
        (request(b"GET /v1/threads?after=%00"), 400, None),
        (request(b"GET /v1/threads?limit=%D9%A3"), 400, None),
        (request(b"GET /v1/threads/thread_%2e%2e%2fetc"), 404, None),
        (request(b"GET /v1/../../etc/passwd"), 404, None),
        (request(b"GET /"), 404, None),
        (request(b"OPTIONS /v1/threads"), 405, "method_not_allowed"),
        (request(b"PATCH /v1/threads"), 405, "method_not_allowed"),
        (request(b"TRACE /v1/threads"), 405, "method_not_allowed"),
        (request(b"POST /healthz"), 405, "method_not_allowed"),
        (request(b"DELETE /workbench/now"), 405, "method_not_allowed"),
        (request(b"GET /workbench/nothing"), 404, "not_found"),
        (request(b"GET /workbench/threads/thread_x/runs/run_x/truth"), 404, "not_found"),
        (request(b"POST /v1/threads", b"Content-Encoding: gzip", body=b"{}"), 415, None),
        (request(b"POST /v1/threads", b"Content-Length: %d" % (MOST_BODY + 1)), 413, "request_too_large"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_in_the_envelope(
    server: ServerProcess, raw: bytes, status: int, code: str | None
) -> None:
    """One table: protocol, host, key, path, method, encoding, size."""
    refused(server.send(raw), status, code)


def test_head_is_refused_without_a_body(server: ServerProcess) -> None:
    """As every response to HEAD."""
    status, content = answer(server.send(request(b"HEAD /v1/threads")))
    assert (status, content) == (405, None)


def test_a_chunked_body_is_read(server: ServerProcess) -> None:
    """Clients that stream their body send one."""
    chunked = b"2\r\n{}\r\n0\r\n\r\n"
    status, content = answer(
        server.send(request(b"POST /v1/threads", b"Transfer-Encoding: chunked") + chunked)
    )
    assert (status, content["object"]) == (200, "thread")


def test_a_chunked_body_that_never_ends_is_refused_by_its_size(server: ServerProcess) -> None:
    """Nobody has to say beforehand how much will come."""
    piece = b"x" * 2**20
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for _ in range(MOST_BODY // len(piece) + 1))
    refused(server.send(request(b"POST /v1/threads", b"Transfer-Encoding: chunked") + chunks), 413)


def test_a_body_of_the_largest_size_is_not_too_large(server: ServerProcess) -> None:
    """The bound is exact."""
    body = json.dumps({"metadata": {}, "ignored": ""}).encode()
    filled = body[:-2] + b"x" * (MOST_BODY - len(body)) + body[-2:]
    assert len(filled) == MOST_BODY
    assert server.call("POST", "/v1/threads", filled)[0] == 200


HOSTILE_JSON: list[bytes] = [
    b"",
    b"nonsense",
    b"[]",
    b"null",
    b"1e999",
    b'"text"',
    b"{",
    b'{"model": "m"} {}',
    b"\xff\xfe",
    b'\xef\xbb\xbf{"model": "m"}',
    b'{"model": "\xed\xa0\x80"}',
    b'{"model": "\\ud800"}',
    b'{"model": "m", "description": "\\udfff"}',
    b'{"model": "m", "metadata": {"\\ud800": "x"}}',
    b'{"model": "m", "tools": [{"type": "function", "x": "\\udc00"}]}',
    b'{"model": "m", "temperature": 1e999}',
    b'{"model": "m", "temperature": NaN}',
    b'{"model": "m", "temperature": Infinity}',
    b'{"model": "m", "temperature": ' + b"9" * 5000 + b"}",
    b'{"model": "m", "response_format": ' + b"9" * 5000 + b"}",
    b'{"model": "m", "tools": [{"n": ' + b"9" * 5000 + b"}]}",
    b'{"model": "m", "tools": [{"n": -1e400}]}',
    b'{"model": "m", "tools": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"model": "m", "ignored": ' + b'{"a":' * 150 + b"1" + b"}" * 150 + b"}",
    b'{"model": "m", "response_format": ' + b'{"a":' * 150 + b"1" + b"}" * 150 + b"}",
    b'{"model": "m", "model": 1}',
    b'{"model": 1, "model": "m"}',
    b'{"model": "\\u0000"}',
    b'{"model": "m", "metadata": {"a": 1}}',
    b'{"model": "m", "metadata": {"' + b"k" * 65 + b'": "v"}}',
    b'{"model": ["m"]}',
    b'{"assistant_id": "asst_\\u0000", "thread": {"messages": [{"role": "user", "content": []}]}}',
    b'{"assistant_id": "asst_x", "max_prompt_tokens": ' + b"9" * 400 + b"}",
    b'{"role": "user", "content": "\\ud83d"}',
    b'{"role": "user", "content": [{"type": "text", "text": {"value": "\\ud83d"}}]}',
    b'{"role": "user", "content": [{"type": "text", "text": null}]}',
    b'{"role": "user", "content": [{"type": [], "text": "x"}]}',
    b'{"role": "user", "content": [{"type": {}, "text": "x"}]}',
    b'{"tool_outputs": [{"tool_call_id": "\\u0000", "output": "x"}]}',
    b'{"pace": -1}',
    b'{"pace": 1e999}',
    b'{"fault": "429:create run:times=-1"}',
    b'{"fault": "\\ud800"}',
]
"""JSON that is wrong, or at the edge of it."""


@pytest.mark.parametrize("body", HOSTILE_JSON, ids=lambda body: repr(bytes(body[:40])))
def test_no_body_makes_any_route_fail(server: ServerProcess, body: bytes) -> None:
    """Every route that reads a body: a 4xx in the envelope or a success, and what is stored can be read."""
    run = _run(server)
    thread = run.partition("/runs/")[0]
    agent = server.post("/assistants", AGENT)["id"]
    own = server.post("/threads")["id"]
    for path in (
        *(
            "/v1/assistants",
            f"/v1/assistants/{agent}",
            "/v1/threads",
            f"/v1/threads/{own}",
            "/v1/threads/runs",
        ),
        *(f"/v1/threads/{own}/messages", f"/v1/threads/{own}/runs", f"/v1{run}"),
        *(f"/v1{run}/submit_tool_outputs", "/workbench/pace", "/workbench/faults"),
    ):
        status, content = server.call("POST", path, body)
        assert status == 200 or (400 <= status < 500 and set(content) == {"error"}), (path, status, content)
    for path in (
        "/assistants?limit=3",
        "/threads?limit=3",
        f"/threads/{own}/messages",
        f"{thread}/runs",
        run,
    ):
        server.get(path)


_RUNS: list[str] = []


def _run(server: ServerProcess) -> str:
    """One run for all of them."""
    if not _RUNS:
        _RUNS.append(server.run())
    return _RUNS[0]


PIECES = st.sampled_from(
    [
        *(b"GET ", b"POST ", b"/v1/threads", b"/v1/assistants", b" HTTP/1.1", b"\r\n", b"\r\n\r\n", b"\n"),
        *(b"Host: localhost", HEAD, b"Content-Length: 5", b"Content-Length: -1", b"Expect: 100-continue"),
        *(
            b"Transfer-Encoding: chunked",
            b"5\r\n",
            b"0\r\n\r\n",
            b"Upgrade: websocket",
            b"Connection: upgrade",
        ),
        *(b"{}", b'{"model": "m"}', b"%", b"%00", b"?limit=", b"\x00", b"\xff", b" ", b":"),
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES | st.binary(max_size=6), max_size=14))
def test_no_bytes_make_the_server_fail(server: ServerProcess, pieces: list[bytes]) -> None:
    """Bits of requests in any order: nothing, a refusal or a success, and health is answered afterwards."""
    came = server.send(b"".join(pieces))
    if came and not came.startswith(b"HTTP/1.1 100"):
        assert 200 <= int(came.split()[1]) < 500, came
    assert server.call("GET", "/healthz")[0] == 200
