"""User runs whose process is killed: before a write to the journal, or right after its n-th request.

    python -m tests.killed_user_runs FOLDER write:12 before:tool_finished request:7 …

For each point a process of its own works in a folder of its own below FOLDER, and dies there by SIGKILL. The
modules are read once, and each process is a fork of that.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.history.branch import Branch
from threadlab.history.history import History
from threadlab.journal.files import Disk
from threadlab.tools.tool import Tool, tool

INPUT = "My name is Ada.\n@agent How is the weather in Oslo?\n@agent How is the weather in Rome?"


class KilledAt(Disk):
    """A disk whose process dies just before the n-th line is written, or one with that word in it."""

    def __init__(self, at: int = 0, word: str = "") -> None:
        super().__init__()
        self.left = at
        self.word = f'"type":"{word}"'.encode()

    def append(self, descriptor: int, line: bytes) -> None:
        """Write it, or die."""
        self.left -= 1
        if self.left == 0 or self.word in line:
            os.kill(os.getpid(), signal.SIGKILL)
        super().append(descriptor, line)


def lab_in(folder: Path) -> Lab:
    """A durable lab."""
    return connect(target=Local(store=folder / "store.sqlite", pace=0))


def effects(folder: Path) -> list[str]:
    """Every time that the tool had its effect."""
    noted = folder / "effects"
    return noted.read_text("utf-8").split() if noted.is_file() else []


def weather_in(folder: Path, *, repeatable: bool = False) -> Tool[..., str]:
    """A tool whose effect is seen from outside."""

    @tool(repeatable=repeatable)
    def get_weather(city: str) -> str:
        """The weather in a city."""
        with (folder / "effects").open("a", encoding="utf-8") as noted:
            noted.write(f"{city}\n")
        return f"sunny in {city}"

    return get_weather


def main_in(folder: Path, lab: Lab, disk: Disk | None = None) -> Branch:
    """The branch."""
    history = History(lab, folder / "runs", files=disk or Disk())
    new = {} if "main" in history.branches else {"instructions": "Be brief."}
    return history.branch("main", tools=[weather_in(folder)], **new)  # type: ignore[arg-type]


def work(folder: Path, kind: str, at: str) -> None:
    """Ask, and die on the way."""
    with lab_in(folder) as lab:
        main_in(folder, lab)
        disk = KilledAt(int(at)) if kind == "write" else KilledAt(word=at) if kind == "before" else Disk()
        main = main_in(folder, lab, disk)
        before = lab.wire.count

        def die() -> None:
            if lab.wire.count - before >= int(at):
                os.kill(os.getpid(), signal.SIGKILL)

        if kind == "request":
            lab.wire.listeners.append(die)
        main.ask(INPUT)


def killed(folder: Path, point: str) -> str:
    """How the process of that point ended."""
    kind, _, at = point.partition(":")
    folder.mkdir(parents=True)
    if (child := os.fork()) == 0:
        work(folder, kind, at)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else f"ended {os.waitstatus_to_exitcode(status)}"


if __name__ == "__main__":
    for point in sys.argv[2:]:
        print(point, killed(Path(sys.argv[1]) / point.replace(":", "-"), point))
