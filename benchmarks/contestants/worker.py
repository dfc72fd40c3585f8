"""The worker: a contestant's process. `python -m benchmarks.contestants.worker NAME FOLDER`

It makes one run and says so, and then for each line with a number makes that many and says how long each
took. Everything it says is one line of JSON.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.contestants.port import Contestant
from benchmarks.contestants.roster import ROSTER


def main(name: str, folder: str) -> None:
    """Serve until the input ends."""
    entry = ROSTER[name]
    try:
        module = import_module(f"benchmarks.contestants.{entry.module}")
    except ModuleNotFoundError as problem:
        _say({"skipped": f"{problem}: it needs {' and '.join(entry.needs) or 'threadlab'}"})
        return
    contestant: Contestant = getattr(module, entry.factory)(Path(folder))
    try:
        reply, memory = contestant.run(), resident_bytes(getattr(contestant, "pid", "self"))
        versions = {package: version(package) for package in entry.needs}
        _say({"reply": reply, "resident_bytes": memory, "versions": versions})
        for line in sys.stdin:
            _say(_batch(contestant, int(line)))
    finally:
        contestant.close()


def resident_bytes(pid: int | str) -> int | None:
    """A process's resident memory; None where the system does not tell it as Linux does."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), None)


def _batch(contestant: Contestant, runs: int) -> dict[str, Any]:
    before = dict(contestant.layers)
    seconds = []
    for _ in range(runs):
        began = perf_counter()
        contestant.run()
        seconds.append(perf_counter() - began)
    layers = {name: (total - before[name]) / runs for name, total in contestant.layers.items()}
    return {"seconds": seconds, "layers": layers}


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
