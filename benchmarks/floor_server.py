"""The floor over HTTP: what a request costs at least, whoever answers it durably on this server.

    python -m benchmarks.floor_server FOLDER

Uvicorn as `threadlab serve` runs it, and one SQLite insert for each request (WAL, synchronous NORMAL, one
commit). The answers were ready before; the events of a stream were recorded from a run of threadlab's own
and are sent in one piece. Nothing is checked or decided: no real backend can be as fast. Its address is the
last word of its first line, and it ends with its input.
"""

from __future__ import annotations

import re
import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import uvicorn
from pydantic_core import from_json, to_json

from benchmarks.contestants import answers
from benchmarks.contestants.floor import AGENT, eight_answers
from benchmarks.load_task import OUTPUT, SAID, WEATHER
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request, WaitUntil

STREAMED = re.compile(rb'"stream":\s*true')
JSON = [(b"content-type", b"application/json")]
EVENTS = [(b"content-type", b"text/event-stream; charset=utf-8")]


class FloorServer:
    """An ASGI application that keeps each request and gives an answer from a list."""

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, method TEXT, path TEXT, body BLOB)")
        made, said, queued, asked, again, done, page, rest = (to_json(answer) for answer in eight_answers())
        self._answers = {
            "POST assistants": cycle([to_json(answers.agent(AGENT))]),
            "POST threads": cycle([made]),
            "POST messages": cycle([said]),
            "POST runs": cycle([queued]),
            "POST submit_tool_outputs": cycle([again]),
            "GET runs": cycle([asked, done]),
            "GET messages": cycle([page, rest]),
        }
        first, second = recorded_legs()
        self._legs = {"POST runs": first, "POST submit_tool_outputs": second}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Keep the request, answer."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        method, path = scope["method"], scope["path"]
        self._file.execute("INSERT INTO calls (method, path, body) VALUES (?, ?, ?)", (method, path, body))
        segments = path.split("/")
        called = f"{method} {segments[-1]}"
        if called in self._legs and STREAMED.search(body):
            answer, headers = self._legs[called], EVENTS
        else:
            known = called if called in self._answers else f"{method} {segments[-2]}"
            answer = next(self._answers[known])
            headers = [*JSON, (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def recorded_legs() -> tuple[bytes, bytes]:
    """The events of a run up to its tool calls, and of the rest of it, as threadlab sends them."""
    backend = Backend.seeded(7)

    def call(path: str, body: Any) -> bytes:
        response = backend.handle(Request("POST", f"/v1{path}", body=to_json(body)))
        if isinstance(response.body, bytes):
            return response.body
        return b"".join(_without_waits(backend, response.body))

    agent = from_json(call("/assistants", {"model": "stand-in", "tools": [WEATHER]}))["id"]
    runs = f"/threads/{from_json(call('/threads', {'messages': [SAID]}))['id']}/runs"
    first = call(runs, {"assistant_id": agent, "stream": True})
    run = from_json(first.split(b"data: ")[-2].partition(b"\n")[0])
    (asked,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = [{"tool_call_id": asked["id"], "output": OUTPUT}]
    second = call(f"{runs}/{run['id']}/submit_tool_outputs", {"tool_outputs": outputs, "stream": True})
    backend.close()
    return first, second


def _without_waits(backend: Backend, pieces: Iterator[bytes | WaitUntil]) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, WaitUntil):
            backend.wait(piece)
        else:
            yield piece


def main(folder: str) -> None:
    """Serve until the input ends."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # its connections inherit it
    config = uvicorn.Config(
        FloorServer(Path(folder)),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)

    def stop_with_input() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=stop_with_input, daemon=True).start()
    print(f"the floor is at http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    server.run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
