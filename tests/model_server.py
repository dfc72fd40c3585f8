"""A model's endpoint on this machine that does as a test tells it: answers, breaks off, refuses, is slow."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint, endpoint_at


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a streamed answer."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return f"data: {json.dumps(body | more)}\n\n".encode()


def fragment(index: int | None, id: str | None = None, name: str | None = None, arguments: Any = "") -> Any:
    """A fragment of a tool call, as the delta of a chunk has it."""
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return {"index": index, "function": function, **({"id": id, "type": "function"} if id else {})}


DONE = b"data: [DONE]\n\n"
END = chunk({}, "stop")


class Asked(BaseHTTPRequestHandler):
    """One request to the server; `answer` is called with it."""

    protocol_version = "HTTP/1.1"
    body: Any = None
    answer: ClassVar[Callable[[Asked], None]]

    def do_GET(self) -> None:
        """Whatever is asked, as told."""
        self.server.asked.append(self)  # type: ignore[attr-defined]
        self.answer()

    def do_POST(self) -> None:
        """Whatever is asked, as told."""
        self.body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.do_GET()

    def say(self, *pieces: bytes) -> None:
        """A stream of these pieces, well ended."""
        self.begin()
        for piece in pieces:
            self.piece(piece)
        self.wfile.write(b"0\r\n\r\n")

    def begin(self, content_type: str = "text/event-stream") -> None:
        """The head of a stream."""
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def piece(self, content: bytes) -> None:
        """One piece of a stream; an empty one would end it."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.wfile.flush()

    def reply(self, status: int, body: Any, **headers: str) -> None:
        """A whole answer in JSON, or in HTML if it is a text."""
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html" if isinstance(body, str) else "application/json")
        self.send_header("content-length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the test's terminal."""


class ModelServer(ThreadingHTTPServer):
    """Keeps what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Callable[[Asked], None]) -> None:
        super().__init__(("127.0.0.1", 0), type("Told", (Asked,), {"answer": answer}))
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def endpoint(self) -> Endpoint:
        """It, as the completer takes it."""
        return endpoint_at(self.url, model="m")


@contextmanager
def serving(answer: Callable[[Asked], None]) -> Iterator[ModelServer]:
    """A server that answers as told, for as long as the block lasts."""
    with ModelServer(answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
