"""All benchmarks in one run: `threadlab bench`, or `python -m benchmarks` in the project's folder.

A full run writes what it found into README.md, between two marks; what stands outside of them is written by
hand. Every goal of the design is there with what was found: met, missed, or not measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import appending, flows, growth, journal, load, searching, tool_run, waiting
from benchmarks.report import Report, as_json, markdown, show

README = Path(__file__).parent / "README.md"
BEGIN = "<!-- measured: `threadlab bench` writes what follows -->"
END = "<!-- end of what was measured -->"

Part = Callable[[str], Report]

FULL: Mapping[str, Part] = {
    "one tool run, in process and served": tool_run.report,
    "waiting": lambda _: waiting.report(),
    "300 learners": lambda _: load.report(),
    "growth": lambda _: growth.report(),
    "appending": lambda _: appending.report(),
    "searching": lambda _: searching.report(),
    "journal": lambda _: journal.report(),
    "flows": lambda _: flows.report(),
}
QUICK: Mapping[str, Part] = {
    "one tool run, in process and served": lambda peers: tool_run.report(peers, 3),
    "waiting": lambda _: waiting.report(10),
    "300 learners": lambda _: load.report(rounds=1),
    "growth": lambda _: growth.report(growth.QUICK, 5),
    "appending": lambda _: appending.report(1),
    "searching": lambda _: searching.report((1_000,), 10),
    "journal": lambda _: journal.report((300,), 10),
    "flows": lambda _: flows.report((100, 400), 1),
}


def written(text: str, measured: str) -> str:
    """The README's text, with what was measured between its marks. Raises ValueError if they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{README.name} has lost its marks {BEGIN} and {END}")
    return f"{before}{begin}\n\n{measured}\n\n{end}{after}"


def main(
    peers: Annotated[str, typer.Option(help="The interpreter in which the peers are installed.")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="A short look, which writes nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and write nothing.")] = False,
) -> None:
    """Measure everything, and say which goals are met."""
    reports = []
    for name, part in (QUICK if quick else FULL).items():
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        reports.append(part(peers))
    if json:
        as_json(*reports)
        return
    show(reports)
    if not quick:
        README.write_text(written(README.read_text("utf-8"), markdown(reports)), "utf-8")


if __name__ == "__main__":
    typer.run(main)
