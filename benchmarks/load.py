"""The load: 300 learners on one `threadlab serve` and, in turns with it, on the floor.

    python -m benchmarks.load

Everything stays on this machine: the learners share its cores with the server, so the server's own processor
time is told, too.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.figures import Goal, p95
from benchmarks.learners import Seen, all_learn
from benchmarks.report import Report, Section, as_json, show
from benchmarks.running_server import SERVERS

LEARNERS = 300
RUNS = 3
"""Runs of each learner."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How one server did under one load: times in seconds, of all learners together."""

    runs: int
    runs_a_second: float
    run_median: float
    run_p95: float
    first_event_p95: float
    cpu_a_run: float | None
    events: int
    wrong: dict[str, int]


def load(server: str, learners: int, runs: int) -> Loaded:
    """Start that server on a new store, and let the learners learn."""
    with ExitStack() as opened:
        folder = tempfile.TemporaryDirectory(prefix="threadlab-bench-", ignore_cleanup_errors=True)
        running = opened.enter_context(SERVERS[server](Path(opened.enter_context(folder))))
        before = running.cpu_seconds
        seen = asyncio.run(all_learn(running.address, learners, runs))
        used = running.cpu_seconds
    cpu = None if used is None or before is None else (used - before) / max(len(seen.runs), 1)
    return _summary(seen, cpu, learners * runs)


def _summary(seen: Seen, cpu: float | None, wanted: int) -> Loaded:
    missing = wanted - len(seen.runs) - sum(seen.wrong.values())
    wrong = seen.wrong + Counter({"runs that never ended": max(missing, 0)})
    return Loaded(
        len(seen.runs),
        len(seen.runs) / seen.took,
        median(seen.runs),
        p95(seen.runs),
        p95(seen.first_events + seen.submits),
        cpu,
        seen.events,
        dict(wrong),
    )


def race(learners: int, runs: int, rounds: int) -> dict[str, list[Loaded]]:
    """What each server did in each round; they take turns."""
    found: dict[str, list[Loaded]] = {name: [] for name in SERVERS}
    for _ in range(rounds):
        for name, loads in found.items():
            loads.append(load(name, learners, runs))
    return found


def goals(found: Mapping[str, Sequence[Loaded]]) -> Iterator[Goal]:
    """The load's part of goal 5 of the design."""
    ours, floor = found["threadlab"], found["floor"]
    share = median(one.runs_a_second / other.runs_a_second for one, other in zip(ours, floor, strict=True))
    yield Goal("300 learners: runs a second, of the floor's", 0.5, share, "x", at_least=True)
    yield Goal("300 learners: p95 of a run", 1.0, median(one.run_p95 for one in ours), "s")
    wrong = sum(sum(one.wrong.values()) for one in ours)
    yield Goal("300 learners: errors, lost events, runs that never ended", 0, wrong, "")


def report(learners: int = LEARNERS, runs: int = RUNS, rounds: int = 3) -> Report:
    """Race, and report."""
    found = race(learners, runs, rounds)
    rows = [_row(name, loads, found["floor"]) for name, loads in found.items()]
    columns = (
        "server",
        "runs/s",
        "of the floor",
        "a run, s",
        "p95, s",
        "first event, p95, s",
        "cpu, ms a run",
    )
    wrong = sum((Counter(one.wrong) for one in found["threadlab"]), Counter[str]())
    title = f"{learners} learners at once, {runs} runs of two streams each"
    return Report(
        sections=[Section(title, (*columns, "wrong"), rows)],
        goals=list(goals(found)),
        notes=[f"{rounds} rounds; {os.cpu_count()} cores for server and learners together"]
        + [f"wrong: {count} x {what}" for what, count in wrong.most_common()],
        content={"load": {name: [asdict(one) for one in loads] for name, loads in found.items()}},
    )


def _row(name: str, loads: Sequence[Loaded], floor: Sequence[Loaded]) -> tuple[str, ...]:
    share = median(one.runs_a_second / other.runs_a_second for one, other in zip(loads, floor, strict=True))
    cpu = [one.cpu_a_run for one in loads if one.cpu_a_run is not None]
    return (
        {"threadlab": "threadlab serve", "floor": "floor over HTTP"}[name],
        f"{median(one.runs_a_second for one in loads):.0f}",
        f"{share:.2f}",
        f"{median(one.run_median for one in loads):.2f}",
        f"{median(one.run_p95 for one in loads):.2f}",
        f"{median(one.first_event_p95 for one in loads):.2f}",
        f"{median(cpu) * 1e3:.1f}" if cpu else "-",
        str(sum(sum(one.wrong.values()) for one in loads)),
    )


def main(
    learners: Annotated[int, typer.Option(min=1, help="How many learn at once.")] = LEARNERS,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each.")] = RUNS,
    repeat: Annotated[int, typer.Option(min=1, help="Rounds.")] = 3,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Load both, and print the figures."""
    found: Any = report(learners, runs, repeat)
    as_json(found) if json else show([found])


if __name__ == "__main__":
    typer.run(main)
