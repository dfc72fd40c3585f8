"""Learners: 300 of them on one `threadlab serve`, each with tool-call runs of its own, over streams.

    python -m benchmarks.learners [learners] [runs of each] [pace]

Everything stays on this machine. A learner has a thread and a connection; a run is a stream up to the tool
calls, and a submit with a stream to the answer. Each stream must be whole: it begins and ends as it must, and
its pieces make up the arguments and the text that its last events show. Told: errors, lost events, runs a
second, and how long runs and requests took. The learners share the machine's cores with the server, so its
own share of the time is told, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

KEY = "sk-load"
FIRST = ["thread.run.created", "thread.run.queued", "thread.run.in_progress", "thread.run.step.created"]
SECOND = ["thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "Name of the city."}},
            "required": ["city"],
        },
    },
}
SAID = {"role": "user", "content": "How is the weather in Oslo?"}

Event = tuple[str, Any]


@dataclass
class Seen:
    """What all learners saw together; times in seconds."""

    runs: list[float] = field(default_factory=list)
    first_events: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    events: int = 0
    wrong: Counter[str] = field(default_factory=Counter)


async def events(response: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    """The events of a stream, as they come."""
    name = ""
    async for line in response.content:
        text = line.decode().rstrip("\n")
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        elif text.startswith("data: "):
            data = text.removeprefix("data: ")
            yield name, data if name == "done" else json.loads(data)


async def one_leg(
    http: aiohttp.ClientSession, path: str, body: Any, seen: Seen, firsts: list[float]
) -> list[Event]:
    """A leg's events. Raises RuntimeError for an answer that is no stream."""
    began = time.perf_counter()
    leg: list[Event] = []
    async with http.post(path, json={**body, "stream": True}) as response:
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {(await response.text())[:80]}")
        async for event in events(response):
            if not leg:
                firsts.append(time.perf_counter() - began)
            leg.append(event)
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
    outputs = {"tool_outputs": [{"tool_call_id": call["id"], "output": "sunny"}]}
    leg = await one_leg(http, f"{runs}/{run['id']}/submit_tool_outputs", outputs, seen, seen.submits)
    seen.runs.append(time.perf_counter() - began)
    if fault := fault_of_second(leg):
        seen.wrong[fault] += 1


async def learner(address: str, agent: str, runs: int, seen: Seen) -> None:
    """One learner's session."""
    headers = {"Authorization": f"Bearer {KEY}"}
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(address, headers=headers, timeout=timeout) as http:
        try:
            async with http.post("/v1/threads", json={"messages": [SAID]}) as response:
                thread = (await response.json())["id"]
            for number in range(runs):
                if number:
                    async with http.post(f"/v1/threads/{thread}/messages", json=SAID) as response:
                        response.raise_for_status()
                await one_run(http, thread, agent, seen)
        except Exception as problem:  # whatever it is, it is counted
            seen.wrong[f"{type(problem).__name__}: {problem}"[:100]] += 1


async def load(address: str, learners: int, runs: int, seen: Seen) -> None:
    """All of them at once."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(address, headers=headers) as http:
        body = {"model": "stand-in", "tools": [WEATHER]}
        async with http.post("/v1/assistants", json=body) as response:
            agent = (await response.json())["id"]
    await asyncio.gather(*(learner(address, agent, runs, seen) for _ in range(learners)))


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used (Linux; elsewhere not a number)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def told(name: str, seconds: list[float]) -> str:
    """Median and 95 % of some times."""
    if len(seconds) < 2:
        return f"{name:<34} none"
    middle, most = statistics.median(seconds), statistics.quantiles(seconds, n=20)[18]
    return f"{name:<34} {middle:6.2f} s   p95 {most:6.2f} s"


def main() -> None:
    """Start a server, load it, say what was seen."""
    learners, runs = (int(word) for word in (sys.argv[1:3] + ["300", "3"][len(sys.argv[1:3]) :]))
    pace = sys.argv[3] if len(sys.argv) > 3 else "0"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "threadlab.cli",
            "serve",
            "--port",
            "0",
            "--key",
            KEY,
            "--pace",
            pace,
        ]
        server = subprocess.Popen(
            [*command, "--store", f"{folder}/s.sqlite"], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1].partition("/api")[0]
        seen, before, began = Seen(), cpu_seconds(server.pid), time.perf_counter()
        asyncio.run(load(address, learners, runs, seen))
        took, used = time.perf_counter() - began, cpu_seconds(server.pid) - before
        server.terminate()
        status = server.wait(30)
    print(f"{learners} learners, {runs} runs each, pace {pace}, {os.cpu_count()} cores")
    print(
        f"runs {len(seen.runs)} of {learners * runs}, events {seen.events}, wrong {sum(seen.wrong.values())}"
    )
    for what, count in seen.wrong.most_common(8):
        print(f"  {count:5} × {what}")
    print(
        f"{len(seen.runs) / took:.1f} runs/s in {took:.1f} s; the server used {used:.1f} s of processor time,"
    )
    print(f"{used / max(len(seen.runs), 1) * 1e3:.1f} ms a run; its exit status was {status}")
    print(told("a run", seen.runs))
    print(told("start of a run to its first event", seen.first_events))
    print(told("submit to its first event", seen.submits))


if __name__ == "__main__":
    main()
