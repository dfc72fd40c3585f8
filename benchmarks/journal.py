"""Journal: what a workspace of many user runs costs, to write, to list, to search, and as it grows.

`python -m benchmarks.journal`. Each user run is a turn with one tool call, thirteen lines of log, written as
the kit writes it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Annotated

import typer

from benchmarks.figures import Goal, p95
from benchmarks.growth import exponent
from benchmarks.report import Report, Section, as_json, show
from threadlab.journal.fact import (
    AnyFact,
    Began,
    CallEnded,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Logged,
    Observed,
    Received,
)
from threadlab.journal.files import Disk, Durability
from threadlab.journal.listed import Filter
from threadlab.journal.run_id import new_run_id
from threadlab.journal.values import Command, Config, Trigger
from threadlab.journal.workspace import Workspace
from threadlab.objects.event import MessageArrived, StatusChanged, ToolFinished, ToolStarted
from threadlab.objects.message import Message, Part
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.objects.usage import Usage

SIZES = (1_000, 10_000)
SEED = 7
NOON = 1_700_000_000.0
INTERACTIVE_MS = 200.0
APPEND_US = 100.0
PAGE = 50
CITIES = ("Rome", "Oslo", "Lima", "Kyoto", "Cairo", "Quito", "Tunis", "Sofia")


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions to a workspace of so many user runs: milliseconds each."""

    what: str
    user_runs: int
    median_ms: float
    p95_ms: float


def turn(id: str, number: int, at: float) -> list[AnyFact]:
    """The facts of one turn with one tool call."""
    city = CITIES[number % len(CITIES)]
    asked = f"What is the weather in {city}, question {number}?"
    said = f"The sky over {city} is blue. That was answer {number}."
    run = Run(id=f"run_{number}", thread_id="thread_1", agent_id="asst_1", status="in_progress", model="m")
    done = Run(id=run.id, thread_id="thread_1", agent_id="asst_1", status="completed", usage=Usage(90, 30))
    call = ToolCall(id=f"call_{number}", name="get_weather", arguments=f'{{"city":"{city}"}}')
    output = ToolOutput(call.id, '{"sky":"blue","wind":"none","degrees":21}')
    answer = Message(
        id=f"msg_{number}",
        thread_id="thread_1",
        role="assistant",
        content=(Part("text", said),),
        run_id=run.id,
    )
    config = Config(place="in this process", protocol="classic", options={"temperature": 0.5})
    events = (
        StatusChanged(at=at, run=run, before=None),
        ToolStarted(at=at, call=call),
        ToolFinished(at=at, call=call, output=output, ok=True, seconds=0.5),
        StatusChanged(at=at, run=done, before="in_progress"),
        MessageArrived(at=at, message=answer),
    )
    return [
        Received(
            user_run=id,
            trigger=Trigger(type="user"),
            branch=f"branch {number % 10}",
            config=config,
            input=asked,
            commands=(Command(text=asked, agent="guide"),),
        ),
        Began(process=1),
        CommandStarted(position=1),
        CallStarted(path="1", agent="guide", prompt=asked, request="f" * 64),
        CallTied(path="1", thread_id="thread_1", message_id="m", run_id=run.id),
        *(Observed(path="1", event=event) for event in events),
        CallEnded(path="1", status="completed", output=said, usage=Usage(90, 30), seconds=2.0),
        CommandEnded(position=1, status="completed"),
        Ended(status="completed", output=said),
    ]


def write(workspace: Workspace, number: int, chance: Random) -> None:
    """One user run, as the kit writes it."""
    at = NOON + number
    received, *rest = turn(id := new_run_id(at, chance), number, at)
    assert isinstance(received, Received), id
    directory = workspace.create(received, at)
    for fact in rest:
        directory.append(fact, at)
    directory.close()


def appending(durability: Durability, lines: int) -> float:
    """Microseconds for one more line, as the median."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "runs", Disk(durability))
        received, *rest = turn(new_run_id(NOON, Random(SEED)), 1, NOON)
        assert isinstance(received, Received)
        directory = workspace.create(received, NOON)
        observed = [fact for fact in rest if isinstance(fact, Observed | Logged)]
        took = [
            _ms(partial(directory.append, observed[number % len(observed)], NOON)) for number in range(lines)
        ]
        directory.close()
    return 1000 * median(took)


def asked(size: int, rounds: int) -> tuple[list[Asked], float]:
    """The questions to a workspace of that size; and the seconds in which its index was made from nothing."""
    folder = Path(tempfile.mkdtemp())
    try:
        workspace = Workspace(folder / "runs")
        chance = Random(SEED)
        for number in range(size):
            write(workspace, number, chance)
        indexing = _ms(workspace.index.rebuild) / 1000
        questions: dict[str, Callable[[int], object]] = {
            f"the latest {PAGE}": lambda _: workspace.index.list(limit=PAGE),
            f"the latest {PAGE}, in a new process": lambda _: Workspace(folder / "runs").index.list(
                limit=PAGE
            ),
            "all": lambda _: workspace.index.list(),
            f"{PAGE} of a branch": lambda n: workspace.index.list(
                Filter(branch=f"branch {n % 10}"), limit=PAGE
            ),
            "search, 2 words, few found": lambda n: workspace.index.list(Filter(text=f"answer {n + 100}")),
            f"search, 1 word, {PAGE} of many": lambda n: workspace.index.list(
                Filter(text=CITIES[n % len(CITIES)]), limit=PAGE
            ),
        }
        found = []
        for what, question in questions.items():
            took = [_ms(partial(question, n)) for n in range(rounds)]
            found.append(Asked(what, size, median(took), p95(took)))
        took = []
        for number in range(rounds):
            write(workspace, size + number, chance)
            took.append(_ms(lambda: workspace.index.list(limit=PAGE)))
        found.append(Asked(f"the latest {PAGE} after one more", size, median(took), p95(took)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found, indexing


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def report(sizes: Sequence[int] = SIZES, rounds: int = 20) -> Report:
    """Appending, and each question at each size."""
    appended = {"process": appending("process", 100 * rounds), "full": appending("full", 5 * rounds)}
    found: list[Asked] = []
    indexing = {}
    for size in sizes:
        some, indexing[size] = asked(size, rounds)
        found += some
    largest = max(sizes)
    slowest = {one.what: one.p95_ms for one in found if one.user_runs == largest}
    return Report(
        sections=[
            Section(
                "A line of a user run's log",
                ("durability", "median µs"),
                [(name, f"{took:.0f}") for name, took in appended.items()],
            ),
            _growth(found, sizes),
            Section(
                "The index from nothing",
                ("user runs", "seconds"),
                [(f"{size:,}", f"{took:.1f}") for size, took in indexing.items()],
            ),
        ],
        goals=[
            Goal("a line of a user run's log, without fsync", APPEND_US, appended["process"], "µs"),
            Goal(
                f"the latest {PAGE} of {largest:,} user runs, p95",
                INTERACTIVE_MS,
                slowest[f"the latest {PAGE}"],
                "ms",
            ),
            Goal(
                f"the same in a new process, p95 ({largest:,} user runs)",
                INTERACTIVE_MS,
                slowest[f"the latest {PAGE}, in a new process"],
                "ms",
            ),
            Goal(
                f"a search in {largest:,} user runs, p95",
                INTERACTIVE_MS,
                slowest["search, 2 words, few found"],
                "ms",
            ),
        ],
        notes=[f"journal: {rounds} questions of each kind; a user run is a turn with one tool call"],
        content={
            "appended_us": appended,
            "asked": [asdict(one) for one in found],
            "indexing_s": {str(size): took for size, took in indexing.items()},
        },
    )


def _growth(found: Sequence[Asked], sizes: Sequence[int]) -> Section:
    """Each question at each size, and by which power of the size its time grows."""
    rows = []
    for what in dict.fromkeys(one.what for one in found):
        by_size = {one.user_runs: one for one in found if one.what == what}
        medians = [f"{by_size[size].median_ms:.1f}" for size in sizes]
        power = exponent({size: one.median_ms for size, one in by_size.items()}) if len(sizes) > 1 else 0.0
        rows.append((what, *medians, f"{by_size[max(sizes)].p95_ms:.1f}", f"{power:.2f}"))
    columns = ("median ms", *(f"{size:,} user runs" for size in sizes), "p95 of the most", "exponent")
    return Section("Lists and search, through the index", columns, rows)


def main(
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Questions of each kind, in fives.")] = 4,
    user_runs: Annotated[int, typer.Option(min=10, help="The largest number of user runs.")] = max(SIZES),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure and show."""
    sizes = SIZES if user_runs == max(SIZES) else (user_runs,)
    found = report(sizes, 5 * repeat)
    as_json(found) if json else show([found])


if __name__ == "__main__":
    typer.run(main)
