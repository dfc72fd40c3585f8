"""Finding: one thing that is wrong with the course, as a lesson for its author."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Where, what is wrong, and what to do. `file` is relative to the course, with forward slashes."""

    rule: str
    file: str
    place: str
    wrong: str
    todo: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{self.rule}: {where}: {self.wrong}; {self.todo}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule gives: a finding that does not know yet by which rule it was found."""

    file: str
    place: str
    wrong: str
    todo: str


def first_difference(found: str, wanted: str) -> str:
    """The place of the first line in which two texts differ, in words."""
    pairs = zip(found.splitlines(), wanted.splitlines(), strict=False)
    lines = (f"line {number}" for number, (one, other) in enumerate(pairs, start=1) if one != other)
    return next(lines, "last line")
