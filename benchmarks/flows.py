"""Flows: what a flow costs as its nodes become more: to begin, run, rerun from its end, read and list it.

`python -m benchmarks.flows`. The nodes are functions that do nothing, ten in each flow of an agent, each
given the result of the one before it; so all that is measured is the kit's own work. Times are the
processor's, for the disk's and other programs' are not the kit's.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from benchmarks.figures import Goal
from benchmarks.growth import exponent
from benchmarks.report import Report, Section, as_json, show
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.flows import AgentComponent, AgentRunner, Component, Flow, PythonNode, RunContext
from threadlab.history.history import History
from threadlab.journal.trace import spans

SIZES = (250, 1_000, 4_000)
INSIDE = 10
LINEAR = 1.2
SECONDS_FOR_1000 = 5.0
WHAT = ("begin", "run", "rerun from the last node", "read", "trace", "list")


def tree(nodes: int) -> AgentComponent:
    """An agent of so many nodes, in flows of ten."""

    def first() -> int:
        return 0

    def next_one(before: int) -> int:
        return before + 1

    ids = [f"n{number}" for number in range(INSIDE)]
    inside = [PythonNode(ids[0], first)]
    inside += [PythonNode(id, next_one, inputs={"before": before}) for before, id in pairwise(ids)]
    flows: list[Component] = [Flow(f"f{number}", inside) for number in range(nodes // INSIDE)]
    return AgentComponent("agent", flows)


def measured(lab: Lab, nodes: int) -> dict[str, float]:
    """Seconds of the processor for each thing, once."""
    with tempfile.TemporaryDirectory() as folder:
        took: dict[str, float] = {}
        root = tree(nodes)
        context = RunContext(root, project_root=folder, lab=lab, on_plan=None)
        took["begin"] = _seconds(lambda: _set_up(RunContext(root, project_root=folder, lab=lab), context))
        took["run"] = _seconds(lambda: _run(context))
        last = f"agent.f{nodes // INSIDE - 1}.n{INSIDE - 1}"
        took["rerun from the last node"] = _seconds(lambda: _run(context.rerun_from(last)))
        history = History(lab, Path(folder, "runs"))
        took["read"] = _seconds(lambda: history.workspace.record(context.run_id))
        record = history.workspace.record(context.run_id)
        took["trace"] = _seconds(lambda: spans(record))
        took["list"] = _seconds(lambda: history.workspace.index.list())
    return took


def _set_up(first: RunContext, context: RunContext) -> None:
    """Check the tree, plan, and make the folder."""
    first.plan()
    context.setup_run()


def _run(context: RunContext) -> None:
    AgentRunner(context.tree.root, context).run()
    context.complete_run()


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def measure(sizes: Sequence[int], rounds: int) -> Mapping[str, Mapping[int, float]]:
    """For each thing, by the number of nodes, the median seconds."""
    with connect(seed=1, pace=0) as lab:
        measured(lab, INSIDE)
        found = {size: [measured(lab, size) for _ in range(rounds)] for size in sizes}
    return {what: {size: median(one[what] for one in found[size]) for size in sizes} for what in WHAT}


def report(sizes: Sequence[int] = SIZES, rounds: int = 3) -> Report:
    """Each thing at each size, and how it grows."""
    found = measure(sizes, rounds)
    grows = {what: exponent(by_size) for what, by_size in found.items()}
    rows = [
        (what, *(f"{by_size[size]:.3f}" for size in sizes), f"{grows[what]:.2f}")
        for what, by_size in found.items()
    ]
    per_1000 = 1000 * found["run"][sizes[-1]] / sizes[-1]
    return Report(
        sections=[
            Section(
                "A flow, in seconds of the processor",
                ("", *(f"{size:,} nodes" for size in sizes), "exponent"),
                rows,
            )
        ],
        goals=[
            Goal("1,000 nodes of a flow, run and recorded", SECONDS_FOR_1000, per_1000, "s"),
            Goal("a flow's run: the exponent of its growth", LINEAR, grows["run"], ""),
            Goal("a rerun from the last node: the exponent", LINEAR, grows["rerun from the last node"], ""),
        ],
        notes=[f"flows: the median of {rounds} rounds"],
        content={"seconds": {what: dict(by_size) for what, by_size in found.items()}, "exponents": grows},
    )


def main(
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Rounds.")] = 3,
    nodes: Annotated[int, typer.Option(min=40, help="The largest number of nodes.")] = max(SIZES),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure and show."""
    found = report((nodes // 16, nodes // 4, nodes), repeat)
    as_json(found) if json else show([found])


if __name__ == "__main__":
    typer.run(main)
