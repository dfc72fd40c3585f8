"""Running servers: `threadlab serve` and the floor, each in a process of its own, until the block is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
KEY = "sk-load"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where a server answers, and its process."""

    address: str
    pid: int

    @property
    def cpu_seconds(self) -> float | None:
        """Processor time that it has used; None where the system does not tell it as Linux does."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threadlab_server(folder: Path, pace: float = 0) -> AbstractContextManager[RunningServer]:
    """`threadlab serve` on a new store in that folder."""
    options = ("--port", "0", "--key", KEY, "--pace", str(pace), "--store", str(folder / "store.sqlite"))
    return _running("-m", "threadlab.cli", "serve", *options)


def floor_server(folder: Path) -> AbstractContextManager[RunningServer]:
    """The floor on a new file in that folder."""
    return _running("-m", "benchmarks.floor_server", str(folder))


SERVERS: Mapping[str, Callable[[Path], AbstractContextManager[RunningServer]]] = {
    "floor": floor_server,
    "threadlab": threadlab_server,
}


@contextmanager
def _running(*arguments: str) -> Iterator[RunningServer]:
    """Start it, wait for its first line, and end it. Raises RuntimeError for one that does not begin."""
    pipe = subprocess.PIPE
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=PROJECT, text=True, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(arguments)} ended with code {process.wait()}: its error is above")
        yield RunningServer(line.split()[-1].partition("/api/")[0], process.pid)
    finally:
        process.terminate()
        process.communicate()
