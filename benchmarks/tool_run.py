"""One durable one-tool run, in process and served: threadlab beside the floors and its peers, in one race.

`python -m benchmarks.tool_run --peers path/to/python`. The contestants take turns, A B C A B C, each in its
own process, so that a machine that is busy for a while slows them alike. Times are medians; ratios are
taken within each round.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Annotated, Any

import typer

from benchmarks.contestants.process import Batch, ContestantProcess, Skipped, bare_seconds
from benchmarks.contestants.roster import FLOOR, ROSTER, SERVED, SERVED_FLOOR, THREADLAB, Entry
from benchmarks.figures import Goal, flat, ratio_by_round
from benchmarks.report import Report, Section, as_json, show

RUNS_A_TURN = 10
COLD_STARTS = 10
MIB = 1024 * 1024


@dataclass(slots=True)
class Result:
    """What one contestant did: batches, cold starts in seconds, memory in bytes at each first reply."""

    entry: Entry
    batches: list[Batch] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def rounds(self) -> list[Sequence[float]]:
        """The seconds of the runs, by round."""
        return [batch.seconds for batch in self.batches]

    @property
    def layers(self) -> dict[str, float]:
        """Seconds a run in each layer, the median of the batches' means; what no layer has is the SDK's."""
        if not self.batches[0].layers:
            return {}
        split = [{**one.layers, "SDK": mean(one.seconds) - sum(one.layers.values())} for one in self.batches]
        return {name: median(one[name] for one in split) for name in split[0]}

    def started(self, process: ContestantProcess) -> None:
        """Note a cold start."""
        self.versions = process.versions
        self.cold.append(process.cold_seconds)
        if process.resident_bytes is not None:
            self.resident.append(process.resident_bytes)


def race(peers: str, rounds: int) -> tuple[dict[str, Result], dict[str, str]]:
    """The results by name, and why others were skipped. Raises RuntimeError for one that breaks down."""
    results: dict[str, Result] = {}
    skipped: dict[str, str] = {}
    with ExitStack() as running:
        processes: list[ContestantProcess] = []
        for name, entry in ROSTER.items():
            try:
                process = ContestantProcess(name, entry, _python(entry, peers))
            except Skipped as reason:
                skipped[name] = str(reason)
                continue
            running.callback(process.close)
            processes.append(process)
            results[name] = Result(entry)
            results[name].started(process)
        for process in processes:
            process.batch(RUNS_A_TURN)  # to warm up
        for _ in range(rounds):
            for process in processes:
                results[process.name].batches.append(process.batch(RUNS_A_TURN))
    return results, skipped


def start_cold(results: Mapping[str, Result], peers: str, times: int) -> float:
    """Start each contestant in turns until it has that many starts; the median of a bare interpreter's."""
    bare = [bare_seconds()]
    for _ in range(times - 1):
        bare.append(bare_seconds())
        for name, result in results.items():
            process = ContestantProcess(name, result.entry, _python(result.entry, peers))
            result.started(process)
            process.close()
    return median(bare)


def goals(results: Mapping[str, Result]) -> Iterator[Goal]:
    """Goals 1 to 3 of the design."""
    ours, floor, served = results[THREADLAB], results[FLOOR], results[SERVED]
    yield Goal("a run, of the floor's", 1.5, ratio_by_round(ours.rounds, floor.rounds), "x")
    yield Goal("the backend's own part of a run", 1.2, ours.layers["backend"] * 1e3, "ms")
    for name, other in results.items():
        if other.entry.is_peer:
            yield Goal(f"a run, of {name}'s", 1.0, ratio_by_round(ours.rounds, other.rounds), "x")
    served_ratio = ratio_by_round(served.rounds, results[SERVED_FLOOR].rounds)
    yield Goal("served: a run, of the HTTP floor's", 1.2, served_ratio, "x")
    yield Goal("served: our own door's transport, of the stock one's (it is the stock one)", 0.65, 1.0, "x")
    yield Goal("cold start to the first reply", 180, median(ours.cold) * 1e3, "ms")
    yield Goal("served: cold start of server and client", 500, median(served.cold) * 1e3, "ms")
    yield Goal("resident memory at the first reply", 48, _mib(ours), "MiB")
    yield Goal("served: the server's resident memory", 45, _mib(served), "MiB")


def _mib(result: Result) -> float | None:
    return median(result.resident) / MIB if result.resident else None


def report(peers: str = "", repeat: int = 30) -> Report:
    """Race, and report."""
    peers = peers or sys.executable
    results, skipped = race(peers, repeat)
    bare = start_cold(results, peers, min(repeat, COLD_STARTS))
    notes = [f"skipped: {name} ({reason})" for name, reason in skipped.items()]
    versions = [f"{package} {of}" for result in results.values() for package, of in result.versions.items()]
    notes += [f"peers: {', '.join(versions)}"] if versions else []
    notes.append(f"{repeat} rounds of {RUNS_A_TURN} runs each, {min(repeat, COLD_STARTS)} cold starts each")
    return Report(
        sections=[_runs_table(results), _layers_table(results), _starts_table(results, bare)],
        goals=list(goals(results)),
        notes=notes,
        content=_content(results, skipped, bare),
    )


def main(
    repeat: Annotated[int, typer.Option(min=1, help="Rounds; each has ten runs of every contestant.")] = 30,
    peers: Annotated[str, typer.Option(help="The interpreter in which the peers are installed.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Race, and print the figures."""
    found = report(peers, repeat)
    as_json(found) if json else show([found])


def _python(entry: Entry, peers: str) -> str:
    return peers if entry.is_peer else sys.executable


def _content(results: Mapping[str, Result], skipped: Mapping[str, str], bare: float) -> dict[str, Any]:
    floor = results[FLOOR]
    contestants = {
        name: {
            "title": result.entry.title,
            "requests": result.entry.requests,
            "durable": result.entry.durable,
            "versions": result.versions,
            "run_ms": median(flat(result.rounds)) * 1e3,
            "of_floor": ratio_by_round(result.rounds, floor.rounds),
            "layers_ms": {layer: seconds * 1e3 for layer, seconds in result.layers.items()},
            "cold_start_ms": median(result.cold) * 1e3,
            "resident_mib": _mib(result),
        }
        for name, result in results.items()
    }
    return {
        "contestants": contestants,
        "skipped": dict(skipped),
        "interpreter_start_ms": bare * 1e3,
    }


def _runs_table(results: Mapping[str, Result]) -> Section:
    floor, ours = results[FLOOR], results[THREADLAB]
    rows = [
        (
            result.entry.title,
            str(result.entry.requests),
            f"{median(flat(result.rounds)) * 1e3:.2f}",
            f"{ratio_by_round(result.rounds, floor.rounds):.2f}",
            f"{ratio_by_round(result.rounds, ours.rounds):.2f}",
        )
        for result in results.values()
    ]
    columns = ("contestant", "calls", "median ms", "of the floor", "of threadlab")
    return Section("One tool run, from thread to reply", columns, rows)


def _layers_table(results: Mapping[str, Result]) -> Section:
    rows = [
        (result.entry.title if not number else "", layer, f"{seconds * 1e3:.2f}")
        for result in results.values()
        for number, (layer, seconds) in enumerate(result.layers.items())
    ]
    return Section("Where a run's time goes, on average", ("contestant", "layer", "ms a run"), rows)


def _starts_table(results: Mapping[str, Result], bare: float) -> Section:
    floor = results[FLOOR]
    rows = [("python alone", f"{bare * 1e3:.0f}", "", "")]
    for result in results.values():
        resident = f"{median(result.resident) / MIB:.0f}" if result.resident else "-"
        of_floor = median(one / other for one, other in zip(result.cold, floor.cold, strict=True))
        rows.append((result.entry.title, f"{median(result.cold) * 1e3:.0f}", f"{of_floor:.2f}", resident))
    columns = ("contestant", "ms to the first reply", "of the floor", "MiB resident")
    return Section("Cold start, from the start of the interpreter", columns, rows)


if __name__ == "__main__":
    typer.run(main)
