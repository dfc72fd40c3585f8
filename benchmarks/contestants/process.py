"""A contestant's process, seen from the program that has it race."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.contestants.roster import Entry

PROJECT = Path(__file__).parents[2]


class Skipped(Exception):
    """A contestant cannot take part; the text says why."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some runs in a row: the seconds of each, and seconds a run by layer."""

    seconds: tuple[float, ...]
    layers: dict[str, float]


class ContestantProcess:
    """Starts `name` with that interpreter. Raises Skipped when what it needs is not installed there.

    `cold_seconds` is the time from the start of the interpreter to the first reply, `resident_bytes` the
    memory of the process then (None where the system does not tell), `versions` those of a peer's packages.
    """

    def __init__(self, name: str, entry: Entry, python: str = sys.executable) -> None:
        self.name, self.entry = name, entry
        self._folder = tempfile.TemporaryDirectory(prefix="threadlab-bench-", ignore_cleanup_errors=True)
        command = [python, "-m", "benchmarks.contestants.worker", name, self._folder.name]
        began = perf_counter()
        try:
            self._process = subprocess.Popen(
                command, cwd=PROJECT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as problem:
            self._folder.cleanup()
            raise Skipped(f"{python} cannot be started: {problem}") from None
        first = self._hear()
        self.cold_seconds = perf_counter() - began
        if "skipped" in first:
            self.close()
            raise Skipped(first["skipped"])
        self.resident_bytes: int | None = first["resident_bytes"]
        self.versions: dict[str, str] = first["versions"]

    def batch(self, runs: int) -> Batch:
        """Have it make that many runs."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{runs}\n")
        self._process.stdin.flush()
        heard = self._hear()
        return Batch(tuple(heard["seconds"]), heard["layers"])

    def close(self) -> None:
        """End it."""
        self._process.communicate()
        self._folder.cleanup()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            self._folder.cleanup()
            raise RuntimeError(f"the contestant {self.name} ended with code {code}: its error is above")
        heard: dict[str, Any] = json.loads(line)
        return heard


def bare_seconds(python: str = sys.executable) -> float:
    """How long an interpreter takes to start and to end without doing anything."""
    began = perf_counter()
    subprocess.run([python, "-c", "pass"], check=True, cwd=PROJECT)
    return perf_counter() - began
