"""The rules `traces` and `form`: no secrets and no machine in what is stored; the form that refresh gives.

What looks like a secret is what the kit itself would hide from a model (`tools/redaction.py`), as far as it
could be one: eight characters with a digit among them. A made-up one, which a lesson may need, says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from threadlab.course.audit.audited import Course, read
from threadlab.course.audit.finding import Fault, first_difference
from threadlab.course.refresh import read_notebook, reference_text
from threadlab.tools.redaction import HIDDEN, redacted

SHORTEST = 8
MADE_UP = "made-up"

TRACES = {
    "names a folder of somebody's machine": re.compile(
        r"(?<![\w.])/(?:home|root|Users|tmp|private|work|mnt)/\w|\b[A-Z]:\\{1,2}\w"
    ),
    "holds the address of an object in memory": re.compile(r"\b0x[0-9a-f]{6,}"),
    "holds a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}

TAKE_OUT = f"take it out (a stored secret must be renewed), or let it say that it is {MADE_UP}"


def traces(course: Course) -> Iterator[Fault]:
    """Lessons, exercises, solutions and checks hold no secret, no path of a machine, no address."""
    notebooks = [lesson.notebook for lesson in course.lessons if lesson.notebook.is_file()]
    for path in (*notebooks, *course.python_files()):
        for number, line in enumerate(read(path).splitlines(), start=1):
            for wrong in _traces(line):
                yield Fault(course.named(path), f"line {number}", wrong, _todo(path))


def _traces(line: str) -> Iterator[str]:
    if any(_could_be_one(value) for value in _hidden(line)):
        yield f"holds what looks like a secret: {redacted(line).strip()[:80]}"
    for wrong, pattern in TRACES.items():
        if found := pattern.search(line):
            yield f"{wrong}: {line[found.start() :][:40]}"


def _hidden(line: str) -> tuple[str, ...]:
    """What redaction would hide in the line."""
    parts = map(re.escape, redacted(line).split(HIDDEN))
    found = re.fullmatch("(.+?)".join(parts), line)
    return found.groups() if found else ()


def _could_be_one(value: str) -> bool:
    return len(value) >= SHORTEST and re.search(r"\d", value) is not None and MADE_UP not in value


def _todo(path: Path) -> str:
    if path.suffix == ".py":
        return TAKE_OUT
    return f"{TAKE_OUT}; then refresh the lesson"


def form(course: Course) -> Iterator[Fault]:
    """A notebook has the very form in which refresh stores it: no widget state, no timings.

    Together with strict nbval, for which the outputs of a new run equal the stored ones, this says that a
    second refresh gives the same bytes.
    """
    for lesson in course.lessons:
        if course.cells(lesson):
            text = read(lesson.notebook)
            wanted = reference_text(read_notebook(lesson.notebook))
            if text != wanted:
                where, todo = course.named(lesson.notebook), f"run `threadlab refresh {lesson.number:02d}`"
                yield Fault(where, first_difference(text, wanted), "is not as refresh stores it", todo)
