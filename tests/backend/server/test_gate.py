"""The gate, as plain data: what it lets in, and how it words each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.backend.server.gate import MOST_BODY, MOST_HEAD, Gate
from threadlab.backend.wire.errors import ApiError

GATE = Gate("127.0.0.1", "sk-1")
HOST = (b"host", b"127.0.0.1:8000")
KEY = (b"authorization", b"Bearer sk-1")


def scope(
    path: bytes = b"/v1/threads", *headers: tuple[bytes, bytes], query: bytes = b"", method: str = "GET"
) -> dict[str, Any]:
    """An ASGI scope as uvicorn makes it."""
    return {
        "method": method,
        "raw_path": path,
        "query_string": query,
        "headers": list(headers or (HOST, KEY)),
    }


def refusal(asked: dict[str, Any], gate: Gate = GATE) -> tuple[int, str | None]:
    """The status and the code of the error that a scope meets."""
    with pytest.raises(ApiError) as caught:
        gate.admit(asked)
    return caught.value.status, caught.value.code


def test_a_request_comes_out_as_plain_data() -> None:
    """Path and query decoded, header names in lower case."""
    request = GATE.admit(scope(b"/v1/threads/%C3%A9", query=b"limit=3&include[]=a%5B%2A%5D"))
    assert (request.method, request.path) == ("GET", "/v1/threads/é")
    assert request.query == {"limit": "3", "include[]": "a[*]"}
    assert request.headers["host"] == "127.0.0.1:8000"


@pytest.mark.parametrize(
    "host", [b"127.0.0.1", b"localhost:1", b"LOCALHOST", b"localhost.", b"[::1]:80", b"[::1]"]
)
def test_this_machines_own_names_are_answered_for(host: bytes) -> None:
    """With and without a port, in any case."""
    GATE.admit(scope(b"/healthz", (b"host", host)))


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"127.0.0.1.evil.example",
        b"localhost@evil",
        b"",
        b"192.168.0.9",
        b"[::1",
        b"a b",
        b"\xff",
    ],
)
def test_a_foreign_host_is_refused_before_anything_else(host: bytes) -> None:
    """DNS rebinding ends here."""
    assert refusal(scope(b"/healthz", (b"host", host))) == (421, "misdirected_request")
    assert refusal(scope(b"/healthz", (b"accept", b"x"))) == (421, "misdirected_request")


def test_a_server_for_everybody_takes_addresses_but_no_names() -> None:
    """An address cannot be rebound; the name that was given is one more that counts."""
    everywhere = Gate("0.0.0.0", "sk-1")
    everywhere.admit(scope(b"/healthz", (b"host", b"192.168.0.9:8000")))
    assert refusal(scope(b"/healthz", (b"host", b"lab.example")), everywhere)[0] == 421
    Gate("lab.example", "sk-1").admit(scope(b"/healthz", (b"host", b"Lab.Example:8000")))


@pytest.mark.parametrize("value", [b"", b"Bearer", b"Bearer sk-2", b"Basic sk-1", b"sk-1", b"Bearer \xff"])
def test_every_path_but_health_needs_the_key(value: bytes) -> None:
    """Whatever is wrong with it."""
    assert refusal(scope(b"/v1/threads", HOST, (b"authorization", value))) == (401, "unauthorized")
    assert refusal(scope(b"/nowhere", HOST)) == (401, "unauthorized")
    assert GATE.admit(scope(b"/healthz", HOST)).path == "/healthz"


@pytest.mark.parametrize(
    "path", [b"/v1/%zz", b"/v1/%", b"/v1/%00", b"/v1/%ff", b"/v1/%0d%0a", b"/v1/%ed%a0%80"]
)
def test_a_path_that_cannot_be_decoded_is_refused(path: bytes) -> None:
    """Broken escapes, control characters, bytes that are no UTF-8."""
    assert refusal(scope(path)) == (400, "invalid_path")


@pytest.mark.parametrize("query", [b"a=%ff", b"a=\xff", b"&".join([b"a=1"] * 51)])
def test_a_query_that_cannot_be_decoded_is_refused(query: bytes) -> None:
    """Or that is endless."""
    assert refusal(scope(query=query)) == (400, "invalid_query")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ((b"content-encoding", b"gzip"), (415, "unsupported_content_encoding")),
        ((b"content-encoding", b"x"), (415, "unsupported_content_encoding")),
        ((b"content-length", str(MOST_BODY + 1).encode()), (413, "request_too_large")),
        ((b"content-length", b"9" * 5000), (413, "request_too_large")),
        ((b"content-length", b"-1"), (400, "invalid_header")),
        ((b"x-large", b"x" * MOST_HEAD), (431, "headers_too_large")),
        (HOST, (400, "invalid_header")),
        (KEY, (400, "invalid_header")),
    ],
)
def test_headers_that_cannot_be_served_are_refused(
    header: tuple[bytes, bytes], expected: tuple[int, str]
) -> None:
    """Before a byte of the body is read."""
    assert refusal(scope(b"/v1/threads", HOST, KEY, header)) == expected


@given(
    path=st.binary(max_size=40),
    query=st.binary(max_size=40),
    headers=st.lists(
        st.tuples(
            st.sampled_from([b"host", b"authorization", b"content-length", b"content-encoding", b"x"]),
            st.sampled_from([b"127.0.0.1", b"Bearer sk-1", b"12", b"identity"]) | st.binary(max_size=20),
        ),
        max_size=5,
    ),
)
def test_whatever_comes_is_let_in_or_refused_with_a_4xx(
    path: bytes, query: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    """No other exception, ever."""
    try:
        GATE.admit(scope(path, *headers, query=query))
    except ApiError as error:
        assert 400 <= error.status < 500
