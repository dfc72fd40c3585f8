"""Context policies: what becomes of each earlier user run in what an agent is given.

    KeepAll()                    everything that completed (history/contexts/context.py)
    Recent(3)                    the newest three as they were, older ones as summaries
    ByScore(tokens=800)          a budget of tokens, spent by importance
    UserChoice(summarise=(1, 4)) what you say, and for the rest another policy

A policy decides; a `Summariser` writes what a summary says. The user runs themselves are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from threadlab.errors import UnknownUserRun
from threadlab.history.contexts.context import (
    Choice,
    ContextPolicy,
    KeepAll,
    estimated_tokens,
    given_of,
    said_in,
    tokens_of_text,
)
from threadlab.history.contexts.marks import Marks, no_marks
from threadlab.history.contexts.score import Score, scores_on
from threadlab.history.contexts.summaries import Extractive, Summariser
from threadlab.journal.record import Record
from threadlab.journal.values import ContextUse

SUMMARY_TOKENS = 60
"""The most tokens that one summary takes, unless another number is given."""

FRAME = 10
"""The tokens of the words that introduce a summary."""

KEPT = "the user keeps it"
BY_EXTRACTS = Extractive()
KEEP_ALL = KeepAll()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a policy's summaries are made: the one that the user chose, else by the summariser.

    `tokens` is the most that one summary takes, with the words that introduce it.
    """

    by: Summariser = BY_EXTRACTS
    tokens: int = SUMMARY_TOKENS
    marks: Marks = field(default=no_marks, repr=False)

    def __str__(self) -> str:
        return f"summaries {self.by}, of at most {self.tokens} tokens"

    def room(self, record: Record) -> int:
        """The tokens that the user run takes at least, if it is not dropped."""
        chosen = self.marks(record.id).summary
        if chosen:
            return tokens_of_text(chosen) + FRAME
        return min(tokens_of(record), self.tokens) if self.tokens > FRAME else tokens_of(record)

    def choice(self, record: Record, why: str) -> Choice:
        """The user run as a summary; as it was where a summary would save nothing."""
        chosen = self.marks(record.id).summary
        if chosen:
            return Choice(use="summary", why=f"{why}; the summary is the user's", summary=chosen)
        if tokens_of(record) <= self.tokens:
            return Choice(use="verbatim", why=f"{why}, but a summary would save nothing")
        return Choice(use="summary", why=why, summary=self.by(record, max(1, self.tokens - FRAME)))


WRITING = Writing()


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest `count` user runs verbatim; older ones as summaries, or dropped."""

    count: int
    older: Literal["summary", "dropped"] = "summary"
    writing: Writing = WRITING

    def choose(self, path: Sequence[Record]) -> Sequence[Choice]:
        """By age alone. Those that did not complete are dropped and do not count."""
        completed = [record.id for record in path if record.status == "completed"]
        newest = completed[max(len(completed) - self.count, 0) :]
        return tuple(_unfinished(record) or self._choice(record, record.id in newest) for record in path)

    def _choice(self, record: Record, is_new: bool) -> Choice:
        if is_new:
            return Choice(use="verbatim", why=f"it is one of the newest {self.count}")
        why = f"it is older than the newest {self.count}"
        return self.writing.choice(record, why) if self.older == "summary" else Choice(use="dropped", why=why)

    def __str__(self) -> str:
        return f"the newest {self.count} verbatim, older ones as {self.older}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByScore:
    """A budget of `tokens`, spent by importance score and not by age alone.

    First the newest, which the next question may well be about, gets the room of a summary, then every other
    one, the most important first. What is left makes the most important ones whole again. Room that a summary
    did not need in the end is given back, and spent in the same order. Nothing is dropped that would fit.
    """

    tokens: int
    writing: Writing = WRITING

    def choose(self, path: Sequence[Record]) -> Sequence[Choice]:
        """By score within the budget. Those that did not complete are dropped."""
        scores = scores_on(path, self.writing.marks)
        completed = [record for record in path if record.status == "completed"]
        by_worth = sorted(completed, key=lambda one: (scores[one.id].value, one.created_at), reverse=True)
        by_turn = sorted(by_worth, key=lambda one: one is not completed[-1])  # the newest first
        room = {one.id: self._writing.room(one) for one in by_worth}
        briefly, left = _affordable(by_turn, self.tokens, room)
        more = {one.id: tokens_of(one) - room[one.id] for one in by_worth}
        whole, _ = _affordable([one for one in by_worth if one.id in briefly], left, more)
        uses: dict[str, ContextUse] = {
            one.id: "verbatim" if one.id in whole else "summary" if one.id in briefly else "dropped"
            for one in by_worth
        }
        choices = {one.id: self._choice(one, scores[one.id], uses[one.id]) for one in by_worth}
        while (better := self._affordable_still(by_turn, by_worth, choices)) is not None:
            record, use = better
            choices[record.id] = self._choice(record, scores[record.id], use)
        return tuple(_unfinished(one) or choices[one.id] for one in path)

    def _affordable_still(
        self, by_turn: Sequence[Record], by_worth: Sequence[Record], choices: Mapping[str, Choice]
    ) -> tuple[Record, ContextUse] | None:
        """What the room that is left is good for: one more summary, else one more that is whole."""
        given = {one.id: estimated_tokens(given_of(one, choices[one.id])) for one in by_worth}
        left = self.tokens - sum(given.values())
        for one in by_turn:
            if choices[one.id].use == "dropped" and self._writing.room(one) <= left:
                return one, "summary"
        for one in by_worth:
            if choices[one.id].use != "verbatim" and tokens_of(one) - given[one.id] <= left:
                return one, "verbatim"
        return None

    @property
    def _writing(self) -> Writing:
        """No summary is longer than all that there is."""
        return replace(self.writing, tokens=min(self.writing.tokens, self.tokens))

    def _choice(self, record: Record, worth: Score, use: ContextUse) -> Choice:
        why = f"its score is {worth.value:.2f}"
        if use == "summary":
            return self._writing.choice(record, f"{why}: not enough for its {tokens_of(record)} tokens")
        if use == "dropped":
            return Choice(use="dropped", why=f"{why}: no room left in {self.tokens} tokens")
        return Choice(use="verbatim", why=why)

    def __str__(self) -> str:
        return f"{self.tokens} tokens by score"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChoice:
    """The user picks: these as summaries, these dropped, these kept; the rest by `others`.

    Each is named by its id, or by its place on the path, from 1. Raises UnknownUserRun for one that is not on
    it.
    """

    summarise: Sequence[str | int] = ()
    drop: Sequence[str | int] = ()
    keep: Sequence[str | int] = ()
    others: ContextPolicy = KEEP_ALL
    writing: Writing = WRITING

    def choose(self, path: Sequence[Record]) -> Sequence[Choice]:
        """The picks; `keep` also holds one that did not complete, with its partial messages."""
        picks = {
            **dict.fromkeys((_id_on(path, one) for one in self.summarise), "summary"),
            **dict.fromkeys((_id_on(path, one) for one in self.drop), "dropped"),
            **dict.fromkeys((_id_on(path, one) for one in self.keep), "verbatim"),
        }
        rest = self.others.choose(path)
        return tuple(
            self._choice(one, picks.get(one.id), other) for one, other in zip(path, rest, strict=True)
        )

    def _choice(self, record: Record, pick: str | None, other: Choice) -> Choice:
        if pick == "summary":
            chosen = self.writing.marks(record.id).summary
            summary = chosen or self.writing.by(record, max(1, self.writing.tokens - FRAME))
            return Choice(use="summary", why="the user chose a summary", summary=summary)
        if pick == "dropped":
            return Choice(use="dropped", why="the user left it out")
        return Choice(use="verbatim", why=KEPT) if pick else other

    def __str__(self) -> str:
        picks = {"summarise": self.summarise, "drop": self.drop, "keep": self.keep}
        said = [f"{verb} {', '.join(map(str, which))}" for verb, which in picks.items() if which]
        return "; ".join([*said, str(self.others)])


def tokens_of(record: Record) -> int:
    """The tokens of a user run as it was, estimated."""
    return estimated_tokens(tuple(said_in(record)))


def _unfinished(record: Record) -> Choice | None:
    if record.status == "completed":
        return None
    return Choice(use="dropped", why=f"it is {record.status}")


def _affordable(by_worth: Sequence[Record], room: int, cost: Mapping[str, int]) -> tuple[frozenset[str], int]:
    """The ids of those that there is room for, taken in this order; and the room that is left."""
    taken: set[str] = set()
    for record in by_worth:
        if cost[record.id] <= room:
            room -= cost[record.id]
            taken.add(record.id)
    return frozenset(taken), room


def _id_on(path: Sequence[Record], which: str | int) -> str:
    ids = [record.id for record in path]
    if isinstance(which, int) and 1 <= which <= len(ids):
        return ids[which - 1]
    if which in ids:
        return str(which)
    raise UnknownUserRun(
        f"{which!r} is not among the {len(ids)} user runs before this one",
        hint=f"name a place from 1 to {len(ids)}, or one of: {', '.join(ids)}"
        if ids
        else "there are none yet",
    )
