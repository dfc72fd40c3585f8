"""The judge's report: what its process writes line by line while it judges, and how that is read.

A line of JSON for each thing that happens: `{"begun": ...}`, `{"outcome": {...}}`, `{"ended": code}`, the
last one with pytest's exit code. A process that hangs or dies leaves a report without its end, and the check
that was under way is then told as one that failed.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

from threadlab.course.against import EXERCISES
from threadlab.course.verdict import Outcome
from threadlab.errors import CourseError

_JUDGED = (0, 1)  # pytest's exit codes for "all passed" and "some failed"
_FRAME = re.compile(r'File "(?P<path>.+)", line (?P<line>\d+) in (?P<function>\S+)')


@dataclass(frozen=True, slots=True)
class Report:
    """What is known by now: the outcomes, the check under way ("" for none), the exit code once it ended."""

    outcomes: tuple[Outcome, ...]
    under_way: str
    ended: int | None


def begun_line(sentence: str) -> str:
    """A check began."""
    return json.dumps({"begun": sentence}) + "\n"


def outcome_line(outcome: Outcome) -> str:
    """A check is over."""
    return json.dumps({"outcome": asdict(outcome)}) + "\n"


def ended_line(code: int) -> str:
    """All checks are over."""
    return json.dumps({"ended": code}) + "\n"


def read_report(text: str) -> Report:
    """The report so far. A line that is still being written is left for the next look."""
    outcomes: list[Outcome] = []
    under_way, ended = "", None
    for line in text.splitlines(keepends=True):
        if not line.endswith("\n"):
            break
        entry = json.loads(line)
        under_way = entry.get("begun", "")
        ended = entry.get("ended", ended)
        if "outcome" in entry:
            outcomes.append(Outcome(**entry["outcome"]))
    return Report(tuple(outcomes), under_way, ended)


def usable(outcomes: list[Outcome], code: int, name: str) -> tuple[Outcome, ...]:
    """The outcomes. Raises CourseError when there are none, or pytest ended with another trouble."""
    if not outcomes or code not in _JUDGED:
        raise CourseError(
            f"the checks of {name} could not be run",
            hint=f"see what pytest says: pytest --against {EXERCISES} tests/course/test_{name}.py",
        )
    return tuple(outcomes)


def never_came_back(sentence: str, stack: str, file: str, limit: float) -> Outcome:
    """A check that was stopped at its time limit; faulthandler saw that `stack`, `file` is the answer."""
    place = place_in(stack, file)
    return Outcome(
        sentence,
        passed=False,
        expected=f"the check comes back; {limit:g} s are more than enough",
        seen=f"it did not come back within {limit:g} s, and was stopped" + (f" at {place}" if place else ""),
        try_next="a loop that waits needs a way out: what must change for it to end, and what changes it?",
    )


def ended_python(sentence: str, code: int) -> Outcome:
    """A check in whose midst the process ended, with that exit status."""
    return Outcome(
        sentence,
        passed=False,
        expected="your code returns to whoever called it",
        seen=f"Python itself ended in the midst of the check, with exit status {code}",
        try_next="look for what ends the whole program, and return or raise an error instead",
    )


def place_in(stack: str, file: str) -> str:
    """Where the answer was, innermost: "line 7 of 02_x.py, in wait_for"; "" when it was not in the stack."""
    for frame in _FRAME.finditer(stack):
        if frame["path"].replace("\\", "/").endswith(f"/{file}"):
            return f"line {frame['line']} of {file}, in {frame['function']}"
    return ""
