"""Looks for the two statuses that it knows.

Caught by: A run that waits for the output of a tool is active, too
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from threadlab import wait


class Desk(NamedTuple):
    """Where results come in."""

    lab: Any
    thread_id: str
    agent_id: str
    file: Path


def told(job: str, result: str) -> str:
    """What the agent is told."""
    return f"(The user did not write this.)\nThe job (ticket {job}) is done. Its result:\n{result}"


def kept(desk: Desk) -> dict[str, str]:
    """All results."""
    if not desk.file.exists():
        return {}
    return dict(json.loads(line) for line in desk.file.read_text("utf-8").splitlines())


def keep(desk: Desk, job: str, result: str) -> bool:
    """Once."""
    if job in kept(desk):
        return False
    with desk.file.open("a", encoding="utf-8") as file:
        file.write(json.dumps([job, result]) + "\n")
    return True


def is_active(desk: Desk) -> bool:
    """Whether a run is not over."""
    return any(run.status in ("queued", "in_progress") for run in desk.lab.runs.list(desk.thread_id))


def tell(desk: Desk, job: str, result: str) -> Any:
    """One run."""
    said = [{"role": "user", "content": told(job, result)}]
    ids = (desk.thread_id, desk.agent_id)
    return wait(desk.lab.runs.create(*ids, additional_messages=said, metadata={"job": job}))


def wake(desk: Desk) -> list[Any]:
    """A run for each."""
    if is_active(desk):
        return []
    done = {run.metadata.get("job") for run in desk.lab.runs.list(desk.thread_id)}
    return [tell(desk, job, result) for job, result in kept(desk).items() if job not in done]


def complete_later(desk: Desk, job: str, result: str) -> list[Any]:
    """Keep, then tell."""
    keep(desk, job, result)
    return wake(desk)
