"""The judge's process: `python -m threadlab.course.judge_process FOLDER [--warm]`.

It reads one request, a line of JSON, from its standard input, judges, and writes its report into the folder.
A check that does not come back ends the whole process at its time limit, by a watchdog that needs nothing of
Python (so a loop without a way out cannot keep it from looking), which leaves the stack of every thread.
With `--warm` what checks usually need is imported before the request is read: whoever watches keeps one such
process waiting, so that a check begins at once. Without a request it ends.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import pytest

from threadlab.course.against import answer_file
from threadlab.course.judge import Recorder, run_checks, sentence_of
from threadlab.course.judge_report import begun_line, ended_line, outcome_line
from threadlab.course.judge_start import REPORT, STACK

WARM = ("threadlab.connect.connect", "threadlab.following.wait", "threadlab.tools.toolbox")


def main(arguments: list[str]) -> None:
    """Wait for a request, and judge. The process ends here, whatever threads the answer has started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this, who ends it then
    if "--warm" in arguments:
        for name in WARM:
            import_module(name)
    line = sys.stdin.readline()
    if line:
        _judge(Path(arguments[0]), **json.loads(line))
    os._exit(0)


def _judge(folder: Path, root: str, name: str, against: str, limit: float) -> None:
    test = Path(root) / "tests" / "course" / f"test_{name}.py"
    answer = answer_file(Path(root), name, against)
    with (folder / REPORT).open("a", encoding="utf-8", buffering=1) as report:
        with (folder / STACK).open("a", encoding="utf-8") as stack:
            recorder = Recorder(answer, lambda outcome: report.write(outcome_line(outcome)))
            code = run_checks(Path(root), test, against, recorder, _Watchdog(report, stack, limit))
        report.write(ended_line(code))


class _Watchdog:
    """A pytest plugin that reports which check is under way, and ends the process when it takes too long."""

    def __init__(self, report: TextIO, stack: TextIO, limit: float) -> None:
        self.report = report
        self.stack = stack
        self.limit = limit

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Set up, call and tear-down of one check: the answer is loaded inside."""
        self.report.write(begun_line(sentence_of(item)))
        faulthandler.dump_traceback_later(self.limit, exit=True, file=self.stack)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(sys.argv[1:])
