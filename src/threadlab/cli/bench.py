"""`threadlab bench`: threadlab beside its floor and its peers, and which goals are met."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def bench(
    peers: Annotated[
        Path | None,
        typer.Option(help="The interpreter of an environment with langgraph and openai-responses."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A short look, which writes nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and write nothing.")] = False,
) -> None:
    """Measure speed, memory, waiting, load and growth, and hold them against the goals. Takes minutes.

    A full run writes the figures into benchmarks/README.md. Peers that are not installed are skipped by name.
    """
    import subprocess
    import sys

    options = [] if peers is None else ["--peers", str(peers.absolute())]
    options += ["--quick"] if quick else []
    options += ["--json"] if json else []
    command = [sys.executable, "-m", "benchmarks", *options]
    raise typer.Exit(subprocess.run(command, cwd=checkout(), check=False).returncode)


def checkout() -> Path:
    """The project's folder: the one that threadlab was installed from, or the one where we are.

    Raises ThreadlabError elsewhere: the benchmarks are no part of what is installed.
    """
    from threadlab.errors import ThreadlabError

    for folder in (Path(__file__).parents[3], Path.cwd()):
        if (folder / "benchmarks" / "__main__.py").is_file():
            return folder
    raise ThreadlabError(
        f"there is no folder benchmarks here, in {Path.cwd()}",
        hint="they belong to the project's source: clone it, and run `threadlab bench` in its folder",
    )
