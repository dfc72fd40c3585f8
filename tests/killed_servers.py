"""Servers that are killed, seen by their clients: tool-call runs through the real SDK, over streams.

A client knows the addresses of all servers of one store, and uses any that answers. When a stream breaks it
is joined again behind the last event that came, at whichever server is there. So what a client heard of a run
must in the end be exactly what the store tells of it. It notes what it is about to send, what was
acknowledged and what it heard.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from azure.ai.agents import AgentsClient
from azure.ai.agents.models import BaseAgentEventHandler, ToolOutput
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.policies import AzureKeyCredentialPolicy
from azure.core.rest import HttpRequest

from tests.backend_client import FUNCTION
from tests.killed_clients import OVER, Evidence, Noted
from tests.server_process import KEY
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request, WaitUntil

Answer = TypeVar("Answer")
Event = tuple[str, Any]
QUESTION = "How is the weather in Oslo?"
TOOLS: Any = [FUNCTION]


class Heard(BaseAgentEventHandler[Event]):
    """The events of a stream, each as its name and its JSON."""

    def _process_event(self, event_data_str: str) -> Event:
        name, _, data = event_data_str.removeprefix("event: ").partition("\ndata: ")
        return name, None if name == "done" else json.loads(data)


class Learner:
    """A client of the servers at `ports`. `told` is what it heard of its present run, without `done`."""

    def __init__(self, ports: Sequence[int], noted: Noted, chance: random.Random) -> None:
        self._clients = [_client(port) for port in ports]
        self._noted = noted
        self._chance = chance
        self._agent = self._until_answered(lambda client: client.create_agent(model="stand-in", tools=TOOLS))
        self.told: list[Event] = []
        self.rejoined = 0
        noted.note("agent", id=self._agent.id)

    def turn(self) -> None:
        """A thread with a message, and a run to its end; given up where it is not known to have begun."""
        token = self._token()
        said = {"role": "user", "content": token}
        client = self._chance.choice(self._clients)
        try:
            thread = client.threads.create(messages=[said])  # type: ignore[list-item]
        except AzureError:
            time.sleep(0.02)
            return
        self._noted.note("message", token=token, thread=thread.id)
        if self._begin(client, thread.id):
            self._follow(thread.id, self.told[0][1]["id"])

    def _token(self) -> str:
        token = f"{QUESTION} {self._noted.token()}"
        self._noted.note("send", token=token)
        return token

    def _begin(self, client: AgentsClient, thread: str) -> bool:
        """Start a run as a stream and read it; False if nothing of it came."""
        token, heard = self._token(), Heard()
        self.told, self.rejoined = [], 0
        try:
            client.runs.stream(
                thread, agent_id=self._agent.id, metadata={"token": token}, event_handler=heard
            )
            self._hear(heard)
        except AzureError:
            if not self.told:
                return False
        self._noted.note("run", token=token, thread=thread, id=self.told[0][1]["id"])
        return True

    def _follow(self, thread: str, run: str) -> None:
        """From what was heard so far to the end of the run."""
        outputs: dict[str, str] = {}
        while (state := self._state())["status"] not in OVER:
            if state["status"] != "requires_action":
                self._join(thread, run)
                continue
            calls = state["required_action"]["submit_tool_outputs"]["tool_calls"]
            outputs = outputs or {call["id"]: self._token() for call in calls}
            self._submit(thread, run, outputs)
        self._noted.note("over", id=run, status=state["status"])
        told = [_digest(event) for event in self.told]
        self._noted.note("stream", id=run, thread=thread, events=told, rejoined=self.rejoined)

    def _submit(self, thread: str, run: str, outputs: dict[str, str]) -> None:
        """Hand in the outputs and read on; if that breaks, whatever came of it is in the run's events."""
        given: Any = [ToolOutput(tool_call_id=id, output=output) for id, output in outputs.items()]
        heard, client = Heard(), self._chance.choice(self._clients)
        try:
            client.runs.submit_tool_outputs_stream(thread, run, tool_outputs=given, event_handler=heard)
            self._noted.note("outputs", id=run, outputs=outputs)
            self._hear(heard)
        except HttpResponseError as refused:
            assert refused.status_code in (None, 400), refused  # 400: they had been taken before it broke
            self._join(thread, run)
        except AzureError:
            self._join(thread, run)

    def _join(self, thread: str, run: str) -> None:
        """Read the run's events behind those that came; if that breaks too, it is tried again later."""
        self.rejoined += 1
        url = f"{{endpoint}}/threads/{thread}/runs/{run}/events?after={len(self.told)}"

        def opened(client: AgentsClient) -> Heard:
            response = client.send_request(HttpRequest("GET", url), stream=True)
            response.raise_for_status()
            heard = Heard()
            heard.initialize(_without_ids(response.iter_raw()), _never)
            return heard

        try:
            self._hear(self._until_answered(opened))
        except AzureError:
            time.sleep(0.02)

    def _hear(self, heard: Heard) -> None:
        for name, data in heard:
            assert name != "error", data
            if name == "done":
                return
            self.told.append((name, data))
        raise AzureError("the stream ended without a word")

    def _state(self) -> Any:
        """The run as the last event about it tells it."""
        return next(data for _, data in reversed(self.told) if data["object"] == "thread.run")

    def _until_answered(self, call: Callable[[AgentsClient], Answer]) -> Answer:
        """What one of the servers says: there may be none for a while."""
        for _ in range(1_500):
            try:
                return call(self._chance.choice(self._clients))
            except AzureError:
                time.sleep(0.02)
        raise AssertionError("no server answers")


def live_until_killed(ports: Sequence[int], notes: Path, seed: str) -> NoReturn:
    """A client of its own: turns with tools, for ever."""
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # it would tell of every stream that breaks
    with notes.open("a", encoding="utf-8") as file:
        learner = Learner(ports, Noted(file, seed), random.Random(seed))
        while True:
            learner.turn()


def check_streams(backend: Backend, evidence: Evidence) -> None:
    """What the clients heard of a run, joined from pieces, is what the store tells of it: all, and once."""
    for note in evidence.all("stream"):
        path = f"/v1/threads/{note['thread']}/runs/{note['id']}/events"
        response = backend.handle(Request("GET", path))
        assert not isinstance(response.body, bytes), response.body
        pieces = (piece for piece in response.body if not isinstance(piece, WaitUntil))
        heard = Heard()
        heard.initialize(_without_ids(pieces), _never)
        told = [_digest(event) for event in heard if event[0] != "done"]
        assert note["events"] == told, "a stream has lost or doubled events"


def _without_ids(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A stream without the numbers that only the backend's own routes give to its events."""
    ready = b""
    for piece in pieces:
        *whole, ready = (ready + piece).split(b"\n\n")
        for block in whole:
            lines = [line for line in block.split(b"\n") if not line.startswith(b"id: ")]
            yield b"\n".join(lines) + b"\n\n"


def _never(*_: Any) -> NoReturn:
    raise AssertionError("nobody asked for it")


def _digest(event: Event) -> str:
    return f"{event[0]} {hashlib.sha256(json.dumps(event[1], sort_keys=True).encode()).hexdigest()[:16]}"


def _client(port: int) -> AgentsClient:
    """The SDK's client of one server, that tries nothing twice."""
    key = AzureKeyCredential(KEY)
    return AgentsClient(
        f"http://127.0.0.1:{port}/api/projects/local",
        key,  # type: ignore[arg-type]  # the policy below uses it in the token's place
        authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
        retry_total=0,
    )
