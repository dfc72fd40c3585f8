"""Score: how important a user run is for what comes after it, from 0 to 1, with its reasons.

The score is a sum of named parts, each at most its weight, so that it can be explained, doubted and
overridden. No model is asked: the same user runs always have the same score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from threadlab.errors import HistoryError
from threadlab.following.terminal_text import counted
from threadlab.history.contexts.marks import NOTHING_SAID, Marks, is_liked, no_marks
from threadlab.journal.annotations import Annotations
from threadlab.journal.record import Record

WEIGHTS: Mapping[str, float] = {
    "recent": 0.25,
    "used later": 0.25,
    "told to keep": 0.20,
    "answered": 0.10,
    "work done": 0.10,
    "marked": 0.10,
}
"""How much each part can give. They sum to 1."""

HALF_LIFE = 4
"""After so many later user runs, being recent counts half."""

ENOUGH_WORDS = 4
ENOUGH_TOOL_CALLS = 3

_ASKED_TO_KEEP = re.compile(
    r"\b(remember|keep in mind|don't forget|note that|from now on|always|never|must|prefer|my name is)\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]{4,}")
_SAY_NOTHING = re.compile(
    r"about|also|been|could|does|from|have|into|like|many|more|much|need|please|should|some|tell|than|thanks?"
    r"|that|their|them|then|there|these|they|this|want|were|what|when|where|which|will|with|would|your",
)
"""Words of four letters and more that any two questions may share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """One reason: `share` (0 to 1) of its `weight`, and why."""

    name: str
    weight: float
    share: float
    why: str

    @property
    def points(self) -> float:
        """What it adds to the score."""
        return self.weight * self.share


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Score:
    """How important a user run is. `chosen` is the user's own number, which stands above all parts."""

    parts: tuple[ScorePart, ...]
    chosen: float | None = None

    @property
    def reckoned(self) -> float:
        """The sum of the parts."""
        return sum(part.points for part in self.parts)

    @property
    def value(self) -> float:
        """The score: the user's number where there is one, else the sum of the parts."""
        return self.reckoned if self.chosen is None else self.chosen

    def __repr__(self) -> str:
        head = f"{self.value:.2f}"
        if self.chosen is not None:
            head += f", set by hand (the parts give {self.reckoned:.2f})"
        lines = [f"  {one.points:.2f} of {one.weight:.2f}  {one.name}: {one.why}" for one in self.parts]
        return "\n".join([head, *lines])


@dataclass(frozen=True, slots=True)
class Later:
    """What came after a user run on its branch: how many, and the words that they asked with."""

    number: int = 0
    words: frozenset[str] = frozenset()

    def and_before_it(self, record: Record) -> Later:
        """The same with one more, which came before all of it.

        Words of later answers do not count, for a model repeats what it was given.
        """
        return Later(self.number + 1, self.words | _words(record.received.input))


NOTHING_LATER = Later()


def score(
    record: Record,
    later: Later = NOTHING_LATER,
    said: Annotations = NOTHING_SAID,
    weights: Mapping[str, float] = WEIGHTS,
) -> Score:
    """The score of a user run, given what came after it, and what people said of it. Pure.

    Raises HistoryError where the user's score is not from 0 to 1.
    """
    if said.score is not None and not 0 <= said.score <= 1:
        raise HistoryError(f"{said.score} is no score of {record.id}", hint="a score is a number from 0 to 1")
    found = {
        "recent": _recent(later),
        "used later": _used_later(record, later),
        "told to keep": _told_to_keep(record),
        "answered": _answered(record),
        "work done": _work_done(record),
        "marked": _marked(said),
    }
    parts = (
        ScorePart(name=name, weight=weights.get(name, 0.0), share=share, why=why)
        for name, (share, why) in found.items()
    )
    return Score(parts=tuple(parts), chosen=said.score)


class Scores(dict[str, Score]):
    """Scores by the ids of their user runs; each on one line, with the reason that gives it the most."""

    def __repr__(self) -> str:
        return "\n".join(f"{one.value:.2f}  {id}  {_most(one)}" for id, one in self.items()) or "no user runs"


def _most(score: Score) -> str:
    if score.chosen is not None:
        return "set by hand"
    best = max(score.parts, key=lambda part: part.points)
    return f"{best.points:.2f} for {best.name}: {best.why}"


def scores_on(path: Sequence[Record], marks: Marks = no_marks) -> Scores:
    """The scores of all user runs on a path, oldest first, by their ids. Pure."""
    found: list[tuple[str, Score]] = []
    later = NOTHING_LATER
    for record in reversed(path):
        found.append((record.id, score(record, later, marks(record.id))))
        later = later.and_before_it(record)
    return Scores(reversed(found))


def _recent(later: Later) -> tuple[float, str]:
    why = f"{counted(later.number, 'user run')} came after it" if later.number else "nothing came after it"
    return 0.5 ** (later.number / HALF_LIFE), why


def _used_later(record: Record, later: Later) -> tuple[float, str]:
    shared = sorted(_words(f"{record.received.input} {record.output}") & later.words)
    if not shared:
        return 0.0, "no later question uses its words"
    return min(1.0, len(shared) / ENOUGH_WORDS), f"asked with again: {', '.join(shared[:ENOUGH_WORDS])}"


def _told_to_keep(record: Record) -> tuple[float, str]:
    found = _ASKED_TO_KEEP.search(record.received.input)
    if found:
        return 1.0, f"the input says “{found[0]}”"
    if _FIGURES.search(record.received.input):
        return 0.5, "the input has figures"
    return 0.0, "the input asks for nothing to be kept"


def _answered(record: Record) -> tuple[float, str]:
    good = record.status == "completed" and bool(record.output)
    return (1.0, "it completed with an answer") if good else (0.0, f"it is {record.status}")


def _work_done(record: Record) -> tuple[float, str]:
    good = sum(use.ok is True for use in record.tools)
    why = f"{counted(good, 'tool call')} gave a result"
    return min(1.0, good / ENOUGH_TOOL_CALLS), why


def _marked(said: Annotations) -> tuple[float, str]:
    found = [*said.tags, *(["good feedback"] if is_liked(said) else [])]
    return (1.0, ", ".join(found)) if found else (0.0, "no tag, no good feedback")


def _words(text: str) -> set[str]:
    found = {word.lower() for word in _WORD.findall(text)}
    return {word for word in found if not _SAY_NOTHING.fullmatch(word)}
