"""Stop: asking whoever works on a user run to end it, from any thread or process.

The request is a file in the run directory, so it needs no connection to the one who works. It is looked for
at every event and between all units of work.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from threadlab.journal.files import Files
from threadlab.journal.redaction import Redaction

FILE = "stop.json"

StopKind = Literal["cancel", "interrupt", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Somebody wants the end: "cancel" for itself, "interrupt" and "rollback" so that another can begin."""

    kind: StopKind
    by: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}" + (f": {self.why}" if self.why else "")


def ask_to_stop(folder: Path, stop: Stop, files: Files) -> None:
    """Leave the request in the run directory, without secrets; a later one takes its place."""
    files.replace(folder / FILE, json.dumps(Redaction().hidden(asdict(stop)), indent=2).encode() + b"\n")


def stop_asked(folder: Path) -> Stop | None:
    """The request, if there is one."""
    try:
        return Stop(**json.loads((folder / FILE).read_bytes()))
    except FileNotFoundError:
        return None
