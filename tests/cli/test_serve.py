"""`threadlab serve` as a process: how it begins, what it refuses, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import KEY, ServerProcess, serving
from threadlab.connect.serving import Serving
from threadlab.errors import SettingsError

HELD = ("--pace", "1000")
"""A server whose runs stand in the queue for minutes, so that their streams wait."""


def test_the_endpoint_is_the_last_word_of_the_first_line(server: ServerProcess) -> None:
    """And what it is for clients of the other protocol stands below."""
    assert server.lines[0].split()[-1] == f"{server.address}/api/projects/local"
    assert server.lines[1].split()[-1] == f"{server.address}/v1"
    path = server.endpoint.removeprefix(server.address)
    assert server.call("GET", f"{path}/threads")[0] == server.call("GET", "/v1/threads")[0] == 200


def test_without_a_key_a_random_one_is_made_and_shown_once(closed_server: ServerProcess) -> None:
    """It is the last word of the second line, and it is asked for."""
    assert closed_server.key.startswith("sk-local-")
    assert "\n".join(closed_server.lines).count(closed_server.key) == 1
    assert closed_server.call("GET", "/v1/threads")[0] == 200
    assert closed_server.call("GET", "/v1/threads", headers={"Authorization": f"Bearer {KEY}"})[0] == 401


def test_health_needs_no_key(server: ServerProcess) -> None:
    """It tells the version, and nothing about threads and runs."""
    status, content = server.call("GET", "/healthz", headers={"Authorization": ""})
    assert (status, content) == (200, {"status": "ok", "version": version("threadlab")})


def test_both_signals_end_streams_and_leave_with_status_0_and_nothing_is_lost(tmp_path: Path) -> None:
    """A stream ends without `done`: its reader knows that there is more. The next server has the run."""
    run = ""
    for signalled in (signal.SIGTERM, signal.SIGINT):
        server = ServerProcess(*HELD, store=tmp_path / "store.sqlite")
        try:
            if run:
                assert server.get(run)["status"] == "queued"
            stream = open_stream(server)
            run = server.run()
            server.process.send_signal(signalled)
            assert server.process.wait(20) == 0
            rest = to_the_end(stream)
            assert rest.endswith(b"0\r\n\r\n")
            assert b"done" not in rest
            stream.close()
        finally:
            server.process.kill()
            server.process.communicate()
        assert server.said_wrong() == ""


def test_two_servers_share_one_store(server: ServerProcess) -> None:
    """What one took, the other shows, and either sees it to its end."""
    with serving("--pace", "0", store=server.store) as other:
        runs = [each.run() for each in (server, other) for _ in range(10)]
        for path in runs:
            assert until_over(other, path)["status"] == "completed"
            assert server.get(path) == other.get(path)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"key": "two words"}, "cannot be sent in a header"),
        ({"key": ""}, "cannot be sent in a header"),
        ({"store": Path("/dev/null/store.sqlite")}, "cannot be opened"),
        ({"completer": "openai"}, "MODEL_BASE_URL"),
        ({"completer": "nonsense"}, "no completer"),
        ({"faults": ("nonsense",)}, "there is no fault 'nonsense'"),
        ({"host": "256.0.0.1"}, "cannot listen on 256.0.0.1"),
    ],
)
def test_what_cannot_be_served_is_said_in_words(tmp_path: Path, asked: dict[str, Any], said: str) -> None:
    """Before a request is taken, with what to do instead."""
    given: dict[str, Any] = {"store": tmp_path / "store.sqlite", "pace": 0, **asked}
    with pytest.raises(SettingsError, match=said) as caught:
        Serving(**given).run(lambda _: pytest.fail("it serves"))
    assert caught.value.hint


def test_a_port_that_is_taken_is_said_in_words(server: ServerProcess, tmp_path: Path) -> None:
    """On standard error, with status 1 and without a traceback."""
    command = [sys.executable, "-m", "threadlab.cli", "serve", "--store", str(tmp_path / "store.sqlite")]
    ended = subprocess.run([*command, "--port", str(server.port)], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "port 0 takes a free one" in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


def test_faults_of_the_command_line_strike_and_are_then_over(tmp_path: Path) -> None:
    """The first start of a run is refused, the first look at one gets not a byte of an answer."""
    faults = ("--fault", "429:create run", "--fault", "drop:read run")
    with serving("--pace", "0", *faults, store=tmp_path / "store.sqlite") as broken:
        thread, agent = broken.post("/threads")["id"], broken.post("/assistants", {"model": "m"})["id"]
        path, body = f"/v1/threads/{thread}/runs", {"assistant_id": agent}
        assert broken.call("POST", path, body)[0] == 429
        status, run = broken.call("POST", path, body)
        assert status == 200
        assert broken.send(get(f"{path}/{run['id']}")) == b""
        assert broken.call("GET", f"{path}/{run['id']}")[0] == 200


def test_many_waiting_streams_starve_nobody(tmp_path: Path) -> None:
    """200 streams wait, and a submit, a new run and the health are answered while all of them are open."""
    with serving(*HELD, store=tmp_path / "store.sqlite") as server:
        agent = server.post("/assistants", {"model": "stand-in"})["id"]
        streams = [open_stream(server, agent) for _ in range(200)]
        assert server.call("GET", "/healthz")[0] == 200
        run = server.run()
        assert server.post(f"{run}/cancel")["status"] == "cancelling"
        status, content = server.call("POST", f"/v1{run}/submit_tool_outputs", {"tool_outputs": []})
        assert (status, content["error"]["type"]) == (400, "invalid_request_error")
        threads = len(os.listdir(f"/proc/{server.process.pid}/task")) if sys.platform == "linux" else 0
        assert threads < 20
        for stream in streams:
            stream.setblocking(False)
            with pytest.raises(BlockingIOError):
                stream.recv(1)  # open, and nothing more to say yet
            stream.close()


def test_a_reader_who_does_not_read_blocks_nobody(server: ServerProcess) -> None:
    """Thirty of them ask for more than any buffer holds; others are answered meanwhile, and so are they."""
    thread = server.post("/threads")["id"]
    for _ in range(20):
        server.post(f"/threads/{thread}/messages", {"role": "user", "content": "x" * 200_000})
    asked = get(f"/v1/threads/{thread}/messages?limit=20")
    slow = [server.connect() for _ in range(30)]
    for connection in slow:
        connection.sendall(asked)
    assert server.get(f"/threads/{thread}")["id"] == thread
    came = 0
    while piece := slow[0].recv(65536):
        came += len(piece)
        if came > 4_000_000:
            break
    assert came > 4_000_000
    for connection in slow:
        connection.close()


def test_a_writer_who_does_not_write_blocks_nobody(server: ServerProcess) -> None:
    """Half a head, half a body, and the next request is answered."""
    with server.connect() as head, server.connect() as body:
        head.sendall(b"POST /v1/threads HTTP/1.1\r\nHost: localhost\r\n")
        body.sendall(post("/v1/threads", b"{}").replace(b"Length: 2", b"Length: 9"))
        assert server.call("GET", "/v1/threads")[0] == 200


def get(path: str) -> bytes:
    """A bare GET with the key."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """A bare POST with the key."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def open_stream(server: ServerProcess, agent: str | None = None) -> socket.socket:
    """A stream of a new run, its first events read; it waits now."""
    agent = agent or server.post("/assistants", {"model": "stand-in"})["id"]
    body = json.dumps({"assistant_id": agent, "stream": True}).encode()
    stream = server.connect()
    stream.sendall(post("/v1/threads/runs", body))
    came = b""
    while b"thread.run.queued" not in came or not came.endswith(b"\n\n\r\n"):
        came += stream.recv(65536)
    return stream


def to_the_end(stream: socket.socket) -> bytes:
    """Whatever still comes."""
    return b"".join(iter(lambda: stream.recv(65536), b""))


def until_over(server: ServerProcess, path: str) -> Any:
    """The run once it is over."""
    while True:
        run = server.get(path)
        if run["status"] not in ("queued", "in_progress", "cancelling"):
            return run
