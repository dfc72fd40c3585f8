"""Progress: which exercises are solved, and how many hints were taken, in one file that people can read.

A line an exercise, such as `01_first_run solved`, `02_run_status failing, hints 2`. The file can be copied to
another machine or edited by hand: a name alone means solved, and lines that say nothing known are kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

PROGRESS = Path(".threadlab") / "progress.txt"
_LINE = re.compile(
    r"(?P<name>\d\d_[a-z0-9_]+)(?: +(?P<state>solved|failing|begun))?(?:[ ,]+hints +(?P<hints>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of an exercise. `failing`: its last check failed; `hints`: tiers that were shown."""

    name: str
    solved: bool = False
    failing: bool = False
    hints: int = 0

    def __str__(self) -> str:
        state = "solved" if self.solved else "failing" if self.failing else "begun"
        return f"{self.name} {state}" + (f", hints {self.hints}" if self.hints else "")


@dataclass(frozen=True, slots=True)
class Progress:
    """The file, line by line; a change gives a new one."""

    lines: tuple[Entry | str, ...] = ()

    def of(self, name: str) -> Entry:
        """What is remembered of the exercise `name`."""
        known = (line for line in self.lines if isinstance(line, Entry) and line.name == name)
        return next(known, Entry(name))

    @property
    def solved(self) -> tuple[str, ...]:
        """The names of the solved exercises, in the order of the file."""
        return tuple(line.name for line in self.lines if isinstance(line, Entry) and line.solved)

    def judged(self, name: str, *, passed: bool, failing: bool) -> Progress:
        """After a check that passed, or failed, or (neither) met what is not written yet.

        What was solved once stays solved.
        """
        before = self.of(name)
        solved = before.solved or passed
        return self.with_entry(replace(before, solved=solved, failing=failing and not solved))

    def hinted(self, name: str, tier: int) -> Progress:
        """After a hint of that tier was shown."""
        before = self.of(name)
        return self.with_entry(replace(before, hints=max(before.hints, tier)))

    def without(self, name: str) -> Progress:
        """After a reset: nothing is remembered of the exercise."""
        return self.with_entry(Entry(name))

    def with_entry(self, entry: Entry) -> Progress:
        """With this in the place of what was remembered; what says nothing takes no line."""
        names = [line.name if isinstance(line, Entry) else None for line in self.lines]
        telling = () if entry == Entry(entry.name) else (entry,)
        if entry.name not in names:
            return Progress((*self.lines, *telling))
        at = names.index(entry.name)
        return Progress((*self.lines[:at], *telling, *self.lines[at + 1 :]))


def parse_progress(text: str) -> Progress:
    """The file's text as progress. Of two lines for one exercise the first counts."""
    lines: dict[str, Entry | str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.fullmatch(line)
        if found is None:
            lines.setdefault(line, line)
            continue
        bare = found["state"] is None and found["hints"] is None
        entry = Entry(
            found["name"],
            solved=bare or found["state"] == "solved",
            failing=found["state"] == "failing",
            hints=int(found["hints"] or 0),
        )
        lines.setdefault(entry.name, entry)
    return Progress(tuple(lines.values()))


def read_progress(root: Path) -> Progress:
    """The progress of whoever learns in the course at `root`."""
    path = root / PROGRESS
    return parse_progress(path.read_text(encoding="utf-8") if path.exists() else "")


def change_progress(root: Path, change: Callable[[Progress], Progress]) -> Progress:
    """Read it, change it, write it; the file is replaced whole, and left alone where nothing changed."""
    before = read_progress(root)
    after = change(before)
    if after != before:
        path = root / PROGRESS
        path.parent.mkdir(exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_text("".join(f"{line}\n" for line in after.lines), encoding="utf-8")
        new.replace(path)
    return after
