"""Starting the judge: its process is on its way before the one that asks has imported much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from threadlab.course.lesson_environment import lesson_environment

REPORT, STACK, TROUBLE = "report.jsonl", "stack.txt", "trouble.txt"
"""The files of a judge's folder: its report, the stacks at a time limit, and its standard error."""


class JudgeProcess(AbstractContextManager["JudgeProcess"]):
    """A process that judges once. A `warm` one imports what checks need while it waits to be asked."""

    def __init__(self, *, warm: bool = False) -> None:
        self._temporary = TemporaryDirectory(prefix="threadlab-judge-", ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name)
        command = [sys.executable, "-m", "threadlab.course.judge_process", str(self.folder)]
        with (self.folder / TROUBLE).open("wb") as trouble:
            self.process = subprocess.Popen(
                [*command, "--warm"] if warm else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=trouble,
                env=lesson_environment(os.environ),
            )

    def ask(self, **request: object) -> None:
        """Give it what to judge, once. A process that is gone already is found out by looking."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.write(f"{json.dumps(request)}\n".encode())
            self.process.stdin.close()

    def read(self, name: str) -> str:
        """A file of its folder, "" as long as there is none."""
        path = self.folder / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        self._temporary.cleanup()
