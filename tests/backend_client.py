"""A backend called as a client would, over plain requests, and a small completer to put into it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from tests.described import check_answer
from threadlab.backend.completer.port import Call, Piece, Reason, Request, Text
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.backend.wire.http import Response, WaitUntil

PATIENCE = 60.0
"""Real seconds after which a client stops waiting for a run."""
FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


@dataclass
class Scene:
    """Answers with two calls of `weather` while there is no round yet, if there are tools; else with text."""

    stand_in: str = "a test's completer"
    instant: bool = True
    text: str = "It is sunny in Oslo and it rains in Bergen today"
    seen: list[Request] = field(default_factory=list)

    def complete(self, request: Request) -> Iterable[Piece]:
        """The answer."""
        self.seen.append(request)
        if request.tools and not request.rounds:
            yield Reason("weather", "the agent has tools")
            yield Call("weather", '{"city": "Oslo"}')
            yield Call("weather", '{"city": "Bergen"}')
        else:
            yield Reason("talk", "there is nothing to look up")
            for word in self.text.split():
                yield Text(f"{word} ")


class Client:
    """Calls a backend over plain requests; `get`, `post` and `delete` return the JSON of a 200."""

    def __init__(self, backend: Backend, prefix: str = "/api/projects/test") -> None:
        self.backend = backend
        self.prefix = prefix

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """The status and the JSON of any request; `body` may be JSON or bytes."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response = self.backend.handle(
            HttpRequest(method, self.prefix + path, query or {}, headers or {}, raw)
        )
        assert isinstance(response.body, bytes)
        content = json.loads(response.body)
        if not self.backend.faults.active:
            check_answer(method, self.prefix + path, response.status, content)
        return response.status, content

    def get(self, path: str, **query: str) -> Any:
        """GET."""
        status, content = self.call("GET", path, query=query)
        assert status == 200, content
        return content

    def post(self, path: str, body: Any = None) -> Any:
        """POST."""
        status, content = self.call("POST", path, body)
        assert status == 200, content
        return content

    def delete(self, path: str) -> Any:
        """DELETE."""
        status, content = self.call("DELETE", path)
        assert status == 200, content
        return content

    def error(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, dict[str, Any]]:
        """The status and the error of a request that must fail."""
        status, content = self.call(method, path, body, query=query)
        assert status >= 400, content
        assert set(content) == {"error"}
        assert set(content["error"]) == {"message", "type", "param", "code"}
        return status, content["error"]

    def agent(self, **options: Any) -> str:
        """The id of a new agent."""
        return str(self.post("/assistants", {"model": "stand-in", **options})["id"])

    def thread(self, *messages: str) -> str:
        """The id of a new thread with these messages of the user."""
        said = [{"role": "user", "content": message} for message in messages]
        return str(self.post("/threads", {"messages": said})["id"])

    def run(self, *, tools: bool = False, **options: Any) -> str:
        """The path of a new run on a new thread."""
        agent = self.agent(tools=[FUNCTION] if tools else [])
        return self.run_on(self.thread("How is the weather?"), agent, **options)

    def run_on(self, thread: str, agent: str, **options: Any) -> str:
        """The path of a new run on a thread."""
        run = self.post(f"/threads/{thread}/runs", {"assistant_id": agent, **options})
        return f"/threads/{thread}/runs/{run['id']}"

    def until(self, run: str, status: str) -> Any:
        """The run once it has a status; each look lets 0.1 seconds of the backend pass."""
        give_up_at = monotonic() + PATIENCE
        for _ in range(20_000):
            content = self.get(run)
            if content["status"] == status:
                return content
            if monotonic() > give_up_at:
                break
            self.backend.time.sleep(0.1)
        raise AssertionError(f"the run is {content['status']} and never became {status}")

    def answer(self, run: str, output: str = "sunny") -> Any:
        """Submit an output for each call that a run waits for."""
        calls = self.get(run)["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = [{"tool_call_id": call["id"], "output": output} for call in calls]
        return self.post(f"{run}/submit_tool_outputs", {"tool_outputs": outputs})


def read_stream(backend: Backend, response: Response) -> bytes:
    """A stream to its end, waiting where it waits."""
    assert not isinstance(response.body, bytes)
    pieces: list[bytes] = []
    for piece in response.body:
        if isinstance(piece, WaitUntil):
            backend.wait(piece)
        else:
            pieces.append(piece)
    return b"".join(pieces)
