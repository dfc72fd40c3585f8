"""Waiting: how much later than necessary a run's end is known, and how many requests that takes.

`python -m benchmarks.waiting`. threadlab's `follow` and `wait` beside the loop of most tutorials (sleep one
second, look) and the SDK's own `create_and_process`, on two services: the local backend, whose runs are over
at once, and a scripted service in virtual time. Sleeps are added up and not slept (see `scene.py`).
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import Annotated

import typer

from benchmarks.contestants.sdk_run import new_agent
from benchmarks.contestants.task import ARGUMENTS, QUESTION, REPLY, TOOL_NAME
from benchmarks.figures import Goal, p95
from benchmarks.legs import Leg, legs
from benchmarks.report import Report, Section, as_json, show
from benchmarks.scene import AddingClock, Scene, build
from benchmarks.scripted_service import AGENT, THREAD, ScriptedService
from benchmarks.waiters import GOAL_SCHEDULE, REFERENCE, WAITERS, Waiter, by_goal
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.ids import RandomIds
from threadlab.backend.local import Backend
from threadlab.backend.store.sqlite import Store
from threadlab.workbench.in_process import InProcess

LENGTHS = (0.2, 1.0, 3.0, 10.0)
SPREAD = 0.25
SEED = 7


@dataclass(frozen=True, slots=True)
class Waited:
    """How one waiter did on legs of one kind: seconds over the leg's own, polls and requests a leg."""

    waiter: str
    extra_median: float
    extra_p95: float
    polls: float
    requests: float


def on_local_backend(times: int) -> list[Waited]:
    """Runs on a durable store at pace 0: each leg is over before it can be asked for. Waiters take turns."""
    with tempfile.TemporaryDirectory(prefix="threadlab-bench-", ignore_cleanup_errors=True) as folder:
        clock = AddingClock()
        backend = Backend(
            Store(Path(folder) / "store.sqlite", "real"), clock, RandomIds(), FromFunction(_answer)
        )
        scene = build(backend, InProcess(backend).notes)
        scene = Scene(scene.service, scene.wire, new_agent(scene.client))
        found: dict[str, list[Leg]] = {name: [] for name in WAITERS}
        for turn in range(times + 1):
            for name, waiter in WAITERS.items():
                seen = list(_see_through(scene, waiter, _new_thread(scene)))
                found[name] += seen if turn else []  # the first turn is to warm up
        backend.close()
    return [_summary(name, seen, [0.0] * len(seen)) for name, seen in found.items()]


def on_scripted_service(length: float, times: int, round_trip: float) -> list[Waited]:
    """Runs whose legs last about that long: the same random lengths, a quarter around it, for each waiter."""
    waiters = {
        **{name: WAITERS[name] for name in WAITERS if name != "threadlab follow"},
        GOAL_SCHEDULE: by_goal,
    }
    return [_scripted(name, waiter, length, times, round_trip) for name, waiter in waiters.items()]


def _scripted(name: str, waiter: Waiter, length: float, times: int, round_trip: float) -> Waited:
    chance = random.Random(SEED)
    lengths = [length * chance.uniform(1 - SPREAD, 1 + SPREAD) for _ in range(2 * times)]
    scene = build(ScriptedService(iter(lengths), round_trip), lambda run: (), AGENT)
    seen = [leg for _ in range(times) for leg in _see_through(scene, waiter, THREAD)]
    return _summary(name, seen, lengths)


def _see_through(scene: Scene, waiter: Waiter, thread_id: str) -> Iterator[Leg]:
    before = scene.wire.count
    waiter(scene, thread_id)
    return legs(scene.wire.since(before))


def _new_thread(scene: Scene) -> str:
    thread = scene.service.threads.create()
    scene.service.messages.create(thread.id, content=QUESTION)
    return thread.id


def _summary(name: str, seen: Sequence[Leg], lengths: Sequence[float]) -> Waited:
    extra = [leg.waited - length for leg, length in zip(seen, lengths, strict=True)]
    return Waited(
        name, median(extra), p95(extra), mean(leg.polls for leg in seen), mean(leg.requests for leg in seen)
    )


def _answer(request: Request) -> str | Call:
    return REPLY if request.rounds else Call(TOOL_NAME, ARGUMENTS)


def goals(local: Sequence[Waited], scripted: Mapping[float, Sequence[Waited]]) -> Iterator[Goal]:
    """Goal 4 of the design; on a real service, where nothing streams yet, beside the schedule it names."""
    ours = _of(local, "threadlab wait")
    yield Goal("local: p95 of the extra wait a leg", 5, ours.extra_p95 * 1e3, "ms")
    yield Goal("local: requests a leg, of any kind", 2, ours.requests, "")
    for length, waited in scripted.items():
        mine, wanted = _of(waited, "threadlab wait"), _of(waited, GOAL_SCHEDULE)
        what = f"legs of {length:g} s:"
        yield Goal(
            f"{what} p95 of the extra wait, as on the goal's schedule", wanted.extra_p95, mine.extra_p95, "s"
        )
        yield Goal(f"{what} polls a leg, as on the goal's schedule", wanted.polls, mine.polls, "")


def report(repeat: int = 100, round_trip: float = 0.05) -> Report:
    """Wait in every way on every service, and report."""
    local = on_local_backend(repeat)
    scripted = {length: on_scripted_service(length, repeat, round_trip) for length in LENGTHS}
    sections = [_table("Waiting on the local backend, whose legs are over at once (ms)", local, 1e3)]
    sections += [
        _table(f"Waiting on a scripted service, legs of {length:g} s, a quarter more or less (s)", rows, 1.0)
        for length, rows in scripted.items()
    ]
    notes = [
        f"waiting: {repeat} runs of two legs for each waiter; a scripted request takes {round_trip:g} s; "
        "sleeps are added up, not slept; the goal's schedule is threadlab's wait with other polls"
    ]
    content = {
        "local": [asdict(one) for one in local],
        "scripted": {f"{length:g}": [asdict(one) for one in rows] for length, rows in scripted.items()},
    }
    return Report(sections=sections, goals=list(goals(local, scripted)), notes=notes, content=content)


def main(
    repeat: Annotated[int, typer.Option(min=1, help="Runs of each waiter, of two legs each.")] = 100,
    round_trip: Annotated[float, typer.Option(min=0, help="Seconds of a scripted request.")] = 0.05,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Wait in every way on every service, and print the figures."""
    found = report(repeat, round_trip)
    as_json(found) if json else show([found])


def _of(waited: Sequence[Waited], name: str) -> Waited:
    return next(one for one in waited if one.waiter == name)


def _table(title: str, waited: Sequence[Waited], unit: float) -> Section:
    reference = _of(waited, REFERENCE)
    rows = [
        (
            one.waiter,
            f"{one.extra_median * unit:.2f}",
            f"{one.extra_p95 * unit:.2f}",
            f"{one.extra_p95 / reference.extra_p95:.3f}",
            f"{one.polls:.1f}",
            f"{one.requests:.1f}",
            f"{one.requests / reference.requests:.2f}",
        )
        for one in waited
    ]
    columns = (
        "waiter",
        "extra, median",
        "extra, p95",
        "of 1 s polling",
        "polls",
        "requests",
        "of 1 s polling",
    )
    return Section(title, columns, rows)


if __name__ == "__main__":
    typer.run(main)
