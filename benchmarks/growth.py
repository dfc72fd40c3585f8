"""Growth: what a thread's length costs, from 100 messages to 100,000.

    python -m benchmarks.growth

A thread of each length is written as the backend's own routes write: the same entries through the same log
and its projection, only many in one transaction. Then the handlers are called as any client's requests would
call them, in this process, on a durable store each; they take turns. A turn is a message, a run with one tool
call, its output and the answer; a run is given the newest messages that fit its window, which a thread of
about a thousand short ones fills.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any

import typer
from pydantic_core import from_json, to_json

from benchmarks.contestants.task import ARGUMENTS, OUTPUT, REPLY, TOOL, TOOL_NAME
from benchmarks.figures import Goal
from benchmarks.report import Report, Section, as_json, show
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.engine.log import write
from threadlab.backend.ids import RandomIds
from threadlab.backend.local import Backend
from threadlab.backend.records import Entry, Json
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.backend.wire.objects import text_part

LENGTHS = (100, 1_000, 10_000, 100_000)
QUICK = (100, 10_000)
BATCH = 5_000
"""Messages that are written in one transaction."""

Measure = Callable[["LongThread"], None]


class LongThread:
    """A durable backend with one thread of that many messages, alternately of its user and its assistant."""

    def __init__(self, folder: Path, length: int) -> None:
        self.length = length
        self._backend = Backend.durable(
            folder / "store.sqlite", completer=FromFunction(_answer), worker=False
        )
        self.agent = self.call("POST", "/assistants", {"model": "stand-in", "tools": [TOOL]})["id"]
        self.path = f"/threads/{self.call('POST', '/threads', {})['id']}"
        for start in range(0, length, BATCH):
            self._write(range(start, min(start + BATCH, length)))
        page = self.call("GET", f"{self.path}/messages", query={"order": "asc", "limit": "50"})
        self.early = page["last_id"]

    def call(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """The JSON of a request's answer. Raises RuntimeError for one that is refused."""
        content = b"" if body is None else to_json(body)
        response = self._backend.handle(HttpRequest(method, f"/v1{path}", query or {}, body=content))
        if response.status != 200 or not isinstance(response.body, bytes):
            raise RuntimeError(f"{method} {path}: {response}")
        return from_json(response.body)

    def close(self) -> None:
        """Close the store."""
        self._backend.close()

    def _write(self, numbers: Sequence[int]) -> None:
        thread_id, ids = self.path.rpartition("/")[2], RandomIds()
        now = self._backend.time.now()
        with self._backend.store.transaction() as change:
            for number in numbers:
                data: Json = {
                    "id": ids.new("msg"),
                    "role": "assistant" if number % 2 else "user",
                    "content": [
                        text_part(f"This is message number {number} of a long talk about the weather.")
                    ],
                    "attachments": [],
                    "metadata": {},
                }
                write(change, [Entry("message.created", data, thread_id, at=now)])


def newest_page(thread: LongThread) -> None:
    """The first page of a list."""
    thread.call("GET", f"{thread.path}/messages")


def early_page(thread: LongThread) -> None:
    """A page by its cursor, near the thread's beginning."""
    thread.call("GET", f"{thread.path}/messages", query={"after": thread.early, "order": "asc"})


def append(thread: LongThread) -> None:
    """One message more."""
    thread.call("POST", f"{thread.path}/messages", {"role": "user", "content": "And tomorrow?"})


def start_run(thread: LongThread) -> None:
    """A run, accepted as queued; it is cancelled outside of what is timed."""
    thread.call("POST", f"{thread.path}/runs", {"assistant_id": thread.agent})


def turn(thread: LongThread) -> None:
    """Message, run, poll, output, poll."""
    append(thread)
    runs = f"{thread.path}/runs"
    run = f"{runs}/{thread.call('POST', runs, {'assistant_id': thread.agent})['id']}"
    (asked,) = thread.call("GET", run)["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = [{"tool_call_id": asked["id"], "output": OUTPUT}]
    thread.call("POST", f"{run}/submit_tool_outputs", {"tool_outputs": outputs})
    if thread.call("GET", run)["status"] != "completed":
        raise RuntimeError("the run did not end as it must")


def cancel_run(thread: LongThread) -> None:
    """End the run that `start_run` left, so that the thread is free."""
    (run,) = thread.call("GET", f"{thread.path}/runs", query={"limit": "1"})["data"]
    thread.call("POST", f"{thread.path}/runs/{run['id']}/cancel")
    thread.call("GET", f"{thread.path}/runs/{run['id']}")


MEASURED: Mapping[str, tuple[Measure, Measure | None]] = {
    "newest page": (newest_page, None),
    "page by its cursor": (early_page, None),
    "append a message": (append, None),
    "start a run": (start_run, cancel_run),
    "a turn": (turn, None),
}
"""What is timed, and what has to be put back in order after each time."""


def measure(lengths: Sequence[int], times: int) -> dict[str, dict[int, float]]:
    """Seconds, the median of so many, of each operation by the thread's length."""
    seconds: dict[str, dict[int, list[float]]] = {
        name: {length: [] for length in lengths} for name in MEASURED
    }
    with ExitStack() as opened:
        threads = []
        for length in lengths:
            folder = tempfile.TemporaryDirectory(prefix="threadlab-bench-", ignore_cleanup_errors=True)
            threads.append(LongThread(Path(opened.enter_context(folder)), length))
            opened.callback(threads[-1].close)
        for turn_number in range(times + 1):
            first = turn_number % len(threads)  # whoever is first finds nothing in the processor's caches
            for name, (timed, restore) in MEASURED.items():
                for thread in threads[first:] + threads[:first]:
                    seconds[name][thread.length].append(_time(timed, restore, thread))
    return {
        name: {length: median(values[1:]) for length, values in by_length.items()}
        for name, by_length in seconds.items()
    }


def exponent(by_length: Mapping[int, float]) -> float:
    """By which power of the length the time grows from the shortest to the longest."""
    short, long = min(by_length), max(by_length)
    return math.log(by_length[long] / by_length[short]) / math.log(long / short)


def goals(found: Mapping[str, Mapping[int, float]]) -> Iterator[Goal]:
    """The growth's part of goal 5 of the design."""
    for name in ("a turn", "newest page"):
        yield Goal(f"growth with the thread's length, {name}: the exponent", 0.1, exponent(found[name]), "")
    for name in ("newest page", "page by its cursor", "append a message", "start a run"):
        short, long = min(found[name]), max(found[name])
        what = f"{name}, on {long:,} messages: of what it takes on {short:,}"
        yield Goal(what, 2, found[name][long] / found[name][short], "x")


def report(lengths: Sequence[int] = LENGTHS, times: int = 30) -> Report:
    """Measure, and report."""
    found = measure(lengths, times)
    rows = [
        (name, *(f"{value * 1e3:.2f}" for value in by_length.values()), f"{exponent(by_length):.3f}")
        for name, by_length in found.items()
    ]
    columns = ("ms", *(f"{length:,} messages" for length in lengths), "exponent")
    return Report(
        sections=[Section("What a thread's length costs, through the handlers", columns, rows)],
        goals=list(goals(found)),
        notes=[f"growth: medians of {times}"],
        content={"growth": found},
    )


def main(
    repeat: Annotated[int, typer.Option(min=1, help="Times of each operation.")] = 30,
    quick: Annotated[bool, typer.Option(help="Shorter threads.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure, and print the figures."""
    found = report(QUICK if quick else LENGTHS, repeat)
    as_json(found) if json else show([found])


def _time(timed: Measure, restore: Measure | None, thread: LongThread) -> float:
    began = perf_counter()
    timed(thread)
    took = perf_counter() - began
    if restore is not None:
        restore(thread)
    return took


def _answer(request: Request) -> str | Call:
    return REPLY if request.rounds else Call(TOOL_NAME, ARGUMENTS)


if __name__ == "__main__":
    typer.run(main)
