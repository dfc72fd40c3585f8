"""Reads the log, adds the event, and writes the whole log anew.

Caught by: The log is never emptied to be written again: a crash right then would lose everything
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG = "events.jsonl"


@dataclass(frozen=True)
class Step:
    """A name and its work."""

    name: str
    work: Callable[[Mapping[str, Any]], Any]


def write(folder: Path, event: dict[str, Any]) -> None:
    """All of it."""
    folder.mkdir(parents=True, exist_ok=True)
    events = [*read(folder), event]
    (folder / LOG).write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")


def read(folder: Path) -> list[dict[str, Any]]:
    """The whole lines."""
    if not (folder / LOG).is_file():
        return []
    whole, _, _ = (folder / LOG).read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def run(folder: Path, steps: Sequence[Step]) -> dict[str, Any]:
    """What is not there yet."""
    results = {one["step"]: one["result"] for one in read(folder) if one["event"] == "ended"}
    for step in steps:
        if step.name in results:
            continue
        write(folder, {"step": step.name, "event": "started"})
        try:
            result = step.work(results)
        except Exception as error:
            write(folder, {"step": step.name, "event": "failed", "error": str(error)})
            raise
        write(folder, {"step": step.name, "event": "ended", "result": result})
        results[step.name] = read(folder)[-1]["result"]
    return results


def replay(folder: Path, base: Path, steps: Sequence[Step], from_step: str | None = None) -> dict[str, Any]:
    """What stands before the step, taken over."""
    names = [step.name for step in steps]
    before = names if from_step is None else names[: names.index(from_step)]
    recorded = [event for event in read(base) if event["step"] in before]
    finished = {event["step"] for event in recorded if event["event"] == "ended"}
    if missing := [name for name in before if name not in finished]:
        raise ValueError(f"no result of {missing}")
    for event in recorded:
        write(folder, event)
    return run(folder, steps)
