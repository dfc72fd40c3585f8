"""Clients that are killed: processes with a backend each on one store, and what must hold of it afterwards.

A client notes what it is about to send and what was acknowledged, a line each. A line that was written is
the system's, and survives the kill.
"""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO

from tests.backend_client import FUNCTION, Client
from tests.soundness import nothing_is_half_done, records_are_what_the_log_says
from threadlab.backend.completer.port import Call, Piece, Request, Text
from threadlab.backend.engine.worker import Crew
from threadlab.backend.local import Backend
from threadlab.backend.records import MessageRecord, RunRecord, ThreadRecord
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.backend.wire.http import WaitUntil
from threadlab.backend.wire.paging import MAX_LIMIT, Page

LEASE = 0.5
"""Seconds after which a killed worker's runs are taken over."""
OVER = ("completed", "failed", "cancelled", "expired", "incomplete")


@dataclass
class Talker:
    """Says a few words and asks for tools, taking a little time over it unless it is instant."""

    instant: bool
    chance: random.Random
    stand_in: str = "a talker"

    def complete(self, request: Request) -> Iterator[Piece]:
        """The answer."""
        for number in range(self.chance.randint(0 if request.tools and len(request.rounds) < 2 else 1, 6)):
            if not self.instant:
                time.sleep(self.chance.uniform(0.0, 0.03))
            yield Text(f"word {number} ")
        if request.tools and len(request.rounds) < 2:
            for number in range(self.chance.randint(1, 3)):
                yield Call("weather", json.dumps({"city": number}))


@dataclass
class Noted:
    """What one client sent and what was acknowledged, by the tokens that it made up."""

    file: TextIO
    seed: str
    made: int = 0

    def token(self) -> str:
        """Something that nobody else sends."""
        self.made += 1
        return f"{self.seed}/{self.made}"

    def note(self, what: str, **data: Any) -> None:
        """Write a line at once."""
        self.file.write(json.dumps({"what": what, **data}) + "\n")
        self.file.flush()


def live_until_killed(store: Path, notes: Path, seed: str, shared: str, instant: bool) -> NoReturn:
    """A server and its client in one process: turns with tools, for ever."""
    chance = random.Random(seed)
    worker = Crew(lease=LEASE) if chance.random() < 0.8 else False
    backend = Backend.durable(store, completer=Talker(instant, chance), worker=worker)
    client = Client(backend)
    with notes.open("a", encoding="utf-8") as file:
        noted = Noted(file, seed)
        agent = client.agent(tools=[FUNCTION])
        noted.note("agent", id=agent)
        while True:
            _turn(client, noted, chance, agent, shared)


def _turn(client: Client, noted: Noted, chance: random.Random, agent: str, shared: str) -> None:
    token = noted.token()
    noted.note("send", token=token)
    if chance.random() < 0.3:
        thread = shared
        status, _ = client.call("POST", f"/threads/{thread}/messages", {"role": "user", "content": token})
    else:
        status, thread = 200, client.thread(token)
    if status == 200:
        noted.note("message", token=token, thread=thread)
    token = noted.token()
    noted.note("send", token=token)
    body = {"assistant_id": agent, "metadata": {"token": token}}
    if chance.random() < 0.3:
        for _ in _streamed(client, f"/threads/{thread}/runs", body):
            pass
        found = client.get(f"/threads/{thread}/runs", limit="1")["data"]
        run = found[0] if found and found[0]["metadata"].get("token") == token else None
    else:
        status, content = client.call("POST", f"/threads/{thread}/runs", body)
        run = content if status == 200 else None
    if run:
        noted.note("run", token=token, thread=thread, id=run["id"])
        _follow(client, noted, chance, f"/threads/{thread}/runs/{run['id']}")


def _streamed(client: Client, path: str, body: dict[str, Any]) -> Iterator[str]:
    request = HttpRequest("POST", client.prefix + path, {}, {}, json.dumps({**body, "stream": True}).encode())
    response = client.backend.handle(request)
    for piece in [] if isinstance(response.body, bytes) else response.body:
        if isinstance(piece, WaitUntil):
            client.backend.wait(piece)
        else:
            yield piece.decode()


def _follow(client: Client, noted: Noted, chance: random.Random, path: str) -> None:
    """To the end of a run: answer its calls, or cancel it."""
    for _ in range(2_000):
        run = client.get(path)
        if run["status"] in OVER:
            noted.note("over", id=run["id"], status=run["status"])
            return
        if chance.random() < 0.01 and client.call("POST", f"{path}/cancel")[0] == 200:
            noted.note("cancel", id=run["id"])
        elif run["required_action"]:
            calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
            outputs = {call["id"]: noted.token() for call in calls}
            for token in outputs.values():
                noted.note("send", token=token)
            given = [{"tool_call_id": id, "output": token} for id, token in outputs.items()]
            if client.call("POST", f"{path}/submit_tool_outputs", {"tool_outputs": given})[0] == 200:
                noted.note("outputs", id=run["id"], outputs=outputs)
        else:
            time.sleep(0.005)


@dataclass
class Evidence:
    """All notes of all clients."""

    notes: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> Evidence:
        """Read the notes; a last line that a kill has cut is no note."""
        lines = [line for path in folder.glob("*.notes") for line in path.read_text("utf-8").split("\n")[:-1]]
        return cls([json.loads(line) for line in lines])

    def all(self, what: str) -> list[dict[str, Any]]:
        """The notes of that kind."""
        return [note for note in self.notes if note["what"] == what]


def come_to_rest(backend: Backend) -> None:
    """Let every run that is left come to its end; those that wait for outputs are cancelled."""
    for _ in range(6_000):
        left = [run for thread in threads(backend) for run in backend.store.every(RunRecord, thread)]
        left = [run for run in left if run.status not in OVER]
        if not left:
            return
        for run in left:
            if run.status == "requires_action":
                backend.engine.cancel(run.id)
        backend.driver.perform_due()
        time.sleep(0.02)
    raise AssertionError(f"runs never end: {[(run.id, run.status) for run in left]}")


def threads(backend: Backend) -> list[str]:
    """The ids of all threads of a store."""
    found, cursor, more = [], None, True
    while more:
        page, more = backend.store.page(ThreadRecord, Page(MAX_LIMIT, after=cursor))
        found += [thread.id for thread in page]
        cursor = found[-1] if found else None
    return found


def check(backend: Backend, evidence: Evidence) -> None:
    """Nothing acknowledged is lost, there is no ghost, and nothing is torn."""
    store = backend.store
    connection = sqlite3.connect(store.path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    sent = {note["token"] for note in evidence.all("send")}
    said: dict[str, str] = {}
    runs: dict[str, RunRecord] = {}
    for thread in threads(backend):
        nothing_is_half_done(store, thread)
        records_are_what_the_log_says(store, thread)
        runs |= {run.id: run for run in store.every(RunRecord, thread)}
        for message in store.every(MessageRecord, thread):
            text = message.content[0]["text"]["value"]
            if message.role == "user":
                assert text not in said, "a message was added twice"
                said[text] = thread
            else:
                assert message.run_id in runs
    assert set(said) <= sent, "messages that nobody sent"
    for note in evidence.all("message"):
        assert said[note["token"]] == note["thread"], "an acknowledged message is lost"
    _check_runs(backend, evidence, runs, sent)


def _check_runs(backend: Backend, evidence: Evidence, runs: dict[str, RunRecord], sent: set[str]) -> None:
    tokens = [run.metadata["token"] for run in runs.values()]
    assert len(tokens) == len(set(tokens)) and set(tokens) <= sent, "runs that nobody started"
    assert not [run.id for run in runs.values() if run.status == "expired"], "nobody waited that long"
    for note in evidence.all("run"):
        assert runs[note["id"]].metadata["token"] == note["token"], "an acknowledged run is lost"
    for note in evidence.all("over"):
        assert runs[note["id"]].status == note["status"], "a run that was over is not what it was"
    for note in evidence.all("cancel"):
        assert runs[note["id"]].status == "cancelled", "an acknowledged cancel is lost"
    given: dict[str, str] = {}
    for run in runs:
        for entry in backend.store.log(run_id=run):
            given |= entry.data["outputs"] if entry.kind == "tool.outputs" else {}
    assert set(given.values()) <= sent, "outputs that nobody sent"
    for note in evidence.all("outputs"):
        assert note["outputs"].items() <= given.items(), "acknowledged outputs are lost"
