"""A real `threadlab serve` in a process of its own, and plain ways to talk to it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KEY = "sk-test-001"


class ServerProcess:
    """One server. `lines` is what it printed when it began to take requests."""

    def __init__(self, *options: str, store: Path, key: str | None = KEY) -> None:
        self.store = store
        self.errors = store.with_suffix(".stderr")
        given = [] if key is None else ["--key", key]
        command = [sys.executable, "-m", "threadlab.cli", "serve", "--port", "0", "--store", str(store)]
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [*command, *given, *options],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=store.parent,
            )
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Stop with"):
                break
        assert self.lines, self.errors.read_text()
        self.endpoint = self.lines[0].split()[-1]
        self.key = key or self.lines[1].split()[-1]
        self.address = f"http://{urlsplit(self.endpoint).netloc}"
        self.port = urlsplit(self.endpoint).port or 0

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """The status and the JSON of one request on a connection of its own; `body` is JSON or bytes."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            authorised = {"Authorization": f"Bearer {self.key}", **(headers or {})}
            connection.request(method, path, raw, authorised)
            response = connection.getresponse()
            content = response.read()
            return response.status, json.loads(content) if content else None
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """GET under /v1."""
        status, content = self.call("GET", f"/v1{path}")
        assert status == 200, content
        return content

    def post(self, path: str, body: Any = None) -> Any:
        """POST under /v1."""
        status, content = self.call("POST", f"/v1{path}", body)
        assert status == 200, content
        return content

    def run(self, **options: Any) -> str:
        """The path of a new run on a new thread."""
        agent = self.post("/assistants", {"model": "stand-in"})["id"]
        said = {"role": "user", "content": "Hello, my name is Ada."}
        thread = self.post("/threads", {"messages": [said]})["id"]
        run = self.post(f"/threads/{thread}/runs", {"assistant_id": agent, **options})
        return f"/threads/{thread}/runs/{run['id']}"

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def send(self, raw: bytes) -> bytes:
        """What comes back for bytes, until the server hangs up or has nothing more to say to them."""
        with self.connect() as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            came = bytearray()
            try:
                while piece := connection.recv(65536):
                    came += piece
                    if _is_whole(bytes(came)):
                        break
            except ConnectionResetError:
                pass
            return bytes(came)

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        self.process.terminate()
        return self.process.wait(20)

    def said_wrong(self) -> str:
        """What it wrote to standard error."""
        return self.errors.read_text()


@contextmanager
def serving(*options: str, store: Path, key: str | None = KEY) -> Iterator[ServerProcess]:
    """A server that must have ended well, without a word on standard error, when the block is left."""
    server = ServerProcess(*options, store=store, key=key)
    try:
        yield server
        assert server.stop() == 0
        assert server.said_wrong() == ""
    finally:
        server.process.kill()
        server.process.communicate()


def _is_whole(came: bytes) -> bool:
    """Whether a response with a length is there to its end."""
    head, end, body = came.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if end and line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return False
