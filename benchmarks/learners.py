"""Learners: many of them on one server, each with tool-call runs of its own, over streams.

A learner has a thread and a connection; a run is a stream up to the tool calls, and a submit with a stream to
the answer. Each stream must be whole: it begins and ends as it must, and its pieces make up the arguments and
the text that its last events show. They share the machine's cores with the server.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from pydantic_core import from_json, to_json

from benchmarks.load_task import OUTPUT, SAID, WEATHER
from benchmarks.running_server import KEY

FIRST = ["thread.run.created", "thread.run.queued", "thread.run.in_progress", "thread.run.step.created"]
SECOND = ["thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"]
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
PATIENCE = aiohttp.ClientTimeout(total=300)

Event = tuple[str, Any]


@dataclass
class Seen:
    """What all learners saw together; times in seconds."""

    runs: list[float] = field(default_factory=list)
    first_events: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    events: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    took: float = 0.0


def events(stream: bytes) -> list[Event]:
    """The events of a stream that was read to its end."""
    leg: list[Event] = []
    for block in stream.split(b"\n\n")[:-1]:
        name, _, data = block.removeprefix(b"event: ").partition(b"\ndata: ")
        leg.append((name.decode(), None if name == b"done" else from_json(data)))
    return leg


async def one_leg(
    http: aiohttp.ClientSession, path: str, body: Any, seen: Seen, firsts: list[float]
) -> list[Event]:
    """A leg's events. Raises RuntimeError for an answer that is no stream."""
    began, stream = time.perf_counter(), bytearray()
    async with http.post(path, data=to_json({**body, "stream": True})) as response:
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {(await response.text())[:80]}")
        async for piece in response.content.iter_any():
            if not stream:
                firsts.append(time.perf_counter() - began)
            stream += piece
    leg = events(bytes(stream))
    seen.events += len(leg)
    return leg


def fault_of_first(leg: list[Event]) -> str | None:
    """What is missing in a leg that ends with tool calls."""
    names = [name for name, _ in leg]
    if names[:4] != FIRST or names[-2:] != ["thread.run.requires_action", "done"]:
        return f"first leg: {names[:1]} … {names[-2:]}"
    pieces = [
        data["delta"]["step_details"]["tool_calls"][0] for name, data in leg if name.endswith("step.delta")
    ]
    (call,) = leg[-2][1]["required_action"]["submit_tool_outputs"]["tool_calls"]
    written = "".join(piece["function"]["arguments"] for piece in pieces)
    return None if written == call["function"]["arguments"] else "first leg: pieces of the arguments"


def fault_of_second(leg: list[Event]) -> str | None:
    """What is missing in a leg that ends with the answer."""
    names = [name for name, _ in leg]
    if names[:3] != SECOND or names[-2:] != ["thread.run.completed", "done"]:
        return f"second leg: {names[:1]} … {names[-2:]}"
    written = "".join(
        part["text"]["value"]
        for name, data in leg
        if name.endswith("message.delta")
        for part in data["delta"]["content"]
    )
    (whole,) = [data for name, data in leg if name == "thread.message.completed"]
    return None if written == whole["content"][0]["text"]["value"] else "second leg: pieces of the text"


async def one_run(http: aiohttp.ClientSession, thread: str, agent: str, seen: Seen) -> None:
    """A run from its start to its answer, checked."""
    began = time.perf_counter()
    runs = f"/v1/threads/{thread}/runs"
    leg = await one_leg(http, runs, {"assistant_id": agent}, seen, seen.first_events)
    if fault := fault_of_first(leg):
        seen.wrong[fault] += 1
        return
    run = leg[-2][1]
    (call,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = {"tool_outputs": [{"tool_call_id": call["id"], "output": OUTPUT}]}
    leg = await one_leg(http, f"{runs}/{run['id']}/submit_tool_outputs", outputs, seen, seen.submits)
    seen.runs.append(time.perf_counter() - began)
    if fault := fault_of_second(leg):
        seen.wrong[fault] += 1


async def learner(address: str, agent: str, runs: int, seen: Seen) -> None:
    """One learner's session."""
    async with aiohttp.ClientSession(address, headers=HEADERS, timeout=PATIENCE) as http:
        try:
            thread = await _new(http, "/v1/threads", {"messages": [SAID]})
            for number in range(runs):
                if number:
                    await _new(http, f"/v1/threads/{thread}/messages", SAID)
                await one_run(http, thread, agent, seen)
        except Exception as problem:  # whatever it is, it is counted
            seen.wrong[f"{type(problem).__name__}: {problem}"[:100]] += 1


async def all_learn(address: str, learners: int, runs: int) -> Seen:
    """All of them at once, on the server at that address."""
    seen = Seen()
    async with aiohttp.ClientSession(address, headers=HEADERS) as http:
        agent = await _new(http, "/v1/assistants", {"model": "stand-in", "tools": [WEATHER]})
    began = time.perf_counter()
    await asyncio.gather(*(learner(address, agent, runs, seen) for _ in range(learners)))
    seen.took = time.perf_counter() - began
    return seen


async def _new(http: aiohttp.ClientSession, path: str, body: Any) -> str:
    async with http.post(path, data=to_json(body)) as response:
        response.raise_for_status()
        return str(from_json(await response.read())["id"])
