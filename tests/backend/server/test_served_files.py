"""Uploads to the real server: they go to their place while they arrive, or leave nothing behind."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

from tests.server_process import KEY, ServerProcess
from tests.uploads import form


def arrived(server: ServerProcess) -> set[Path]:
    """The files in the server's folder of blobs."""
    return {path for path in Path(f"{server.store}.files").rglob("*") if path.is_file()}


def test_a_file_larger_than_any_json_comes_and_goes_whole(server: ServerProcess) -> None:
    """Nine megabytes, in pieces of unknown number; and back again byte for byte."""
    content = random.Random(5).randbytes(9 * 2**20)
    body, headers = form(content, "large.bin")
    status, file = server.call("POST", "/v1/files", body, headers)
    assert (status, file["bytes"]) == (200, len(content))
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 300_000):
            yield body[start : start + 300_000]

    connection.request("POST", "/v1/files", pieces(), {"Authorization": f"Bearer {KEY}", **headers})
    assert json.loads(connection.getresponse().read())["bytes"] == len(content)
    connection.request("GET", f"/v1/files/{file['id']}/content", headers={"Authorization": f"Bearer {KEY}"})
    assert connection.getresponse().read() == content
    connection.close()


def test_only_a_form_for_files_may_be_large(server: ServerProcess) -> None:
    """Anything else keeps to the bound of JSON; and what is larger than a file may be is not even read."""
    body, headers = form(bytes(9 * 2**20))
    assert server.call("POST", "/v1/threads", body, headers)[0] == 413
    before = arrived(server)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/v1/files")
    for name, value in {
        "Authorization": f"Bearer {KEY}",
        "Content-Length": str(600 * 2**20),
        **headers,
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["error"]["code"]) == (413, "request_too_large")
    connection.close()
    assert arrived(server) == before


def test_a_client_that_leaves_in_the_midst_leaves_nothing_behind(server: ServerProcess) -> None:
    """Neither a file nor a part of its bytes."""
    before = arrived(server)
    body, headers = form(random.Random(6).randbytes(2**20))
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/v1/files")
    for name, value in {
        "Authorization": f"Bearer {KEY}",
        "Content-Length": str(len(body)),
        **headers,
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(body[: 2**19])
    until = time.monotonic() + 10
    while arrived(server) == before and time.monotonic() < until:
        time.sleep(0.01)
    assert arrived(server) != before
    connection.close()
    while arrived(server) != before and time.monotonic() < until:
        time.sleep(0.01)
    assert arrived(server) == before
