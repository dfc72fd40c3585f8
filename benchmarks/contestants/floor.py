"""The floor: what the eight requests cost at least, whoever answers them durably in this process.

The SDK's requests end in a transport that keeps each with one SQLite insert (WAL, synchronous NORMAL, one
commit) and answers bytes that were ready before. Nothing is read, checked or decided: no real backend can
be as fast.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import chain, cycle
from pathlib import Path
from typing import Any

from azure.ai.agents import AgentsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest

from benchmarks.contestants import answers
from benchmarks.contestants.sdk_run import new_agent, one_tool_run
from benchmarks.contestants.stopwatch import Stopwatch
from benchmarks.contestants.task import QUESTION, REPLY, expect

ENDPOINT = "https://floor.invalid/api/projects/floor"
AGENT = "asst_floor"


class Floor:
    """The eight requests over a transport that answers from a list."""

    def __init__(self, folder: Path) -> None:
        self._watch = Stopwatch()
        self._watch.watch(CannedTransport, "send", "transport")
        key = AzureKeyCredential("floor")
        self._client = AgentsClient(
            ENDPOINT,
            key,  # type: ignore[arg-type]  # the policy below uses it in the token's place
            authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
            transport=CannedTransport(folder / "floor.sqlite"),
        )
        self._agent_id = new_agent(self._client)

    @property
    def layers(self) -> Mapping[str, float]:
        """The transport with its insert."""
        return self._watch.seconds

    def run(self) -> str:
        """The eight requests."""
        said = one_tool_run(self._client, self._agent_id)
        expect(said, REPLY)
        return said

    def close(self) -> None:
        """Close the file."""
        self._client.close()


class CannedTransport(HttpTransport[HttpRequest, Any]):
    """Writes each request down and gives the next answer."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, method TEXT, url TEXT, body TEXT)")
        self._answers = chain(
            [_bytes(answers.agent(AGENT))], cycle([_bytes(answer) for answer in eight_answers()])
        )

    def send(self, request: HttpRequest, **_: Any) -> CannedResponse:
        """Keep the request, answer."""
        kept = (request.method, request.url, request.content)
        self._file.execute("INSERT INTO calls (method, url, body) VALUES (?, ?, ?)", kept)
        return CannedResponse(request, next(self._answers))

    def open(self) -> None:
        """It is open."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __exit__(self, *_: object) -> None:
        self.close()


class CannedResponse:
    """As little of a response as the SDK's pipeline asks for."""

    status_code = 200
    reason = "OK"
    content_type = "application/json"
    headers: Mapping[str, str] = {"content-type": "application/json"}

    def __init__(self, request: HttpRequest, content: bytes) -> None:
        self.request = request
        self.content = content

    def read(self) -> bytes:
        """The body."""
        return self.content

    def text(self, encoding: str | None = None) -> str:
        """The body as text."""
        return self.content.decode(encoding or "utf-8")

    def json(self) -> Any:
        """The body as decoded JSON."""
        return json.loads(self.content)


def eight_answers() -> Iterator[answers.Json]:
    """What the eight requests of one run are answered, in their order."""
    thread, run = "thread_floor", "run_floor"
    asked = answers.message("msg_1", thread, "user", QUESTION)
    said = answers.message("msg_2", thread, "assistant", REPLY, run)
    yield answers.thread(thread)
    yield asked
    for status in ("queued", "requires_action", "queued", "completed"):
        yield answers.run(run, thread, AGENT, status)
    yield answers.page(said, asked)
    yield answers.page()


def _bytes(answer: answers.Json) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode()
