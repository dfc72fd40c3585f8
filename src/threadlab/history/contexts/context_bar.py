"""Context bar: what of the past an agent is given: verbatim, summarised, dropped, in tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from threadlab.following.terminal_text import foreign_text
from threadlab.history.contexts.context import ContextPolicy, context_of, estimated_tokens, said_in
from threadlab.history.reading.plain_text import plain_text
from threadlab.journal.record import Record
from threadlab.journal.values import ContextPart, ContextUse

WIDTH = 48
MARKS: Mapping[ContextUse, tuple[str, str]] = {
    "verbatim": ("█", "green"),
    "summary": ("▒", "yellow"),
    "dropped": ("░", "bright_black"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One earlier user run: the `tokens` given of the `original` ones that it had; `why` in words."""

    user_run: str
    use: ContextUse
    tokens: int
    original: int
    why: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class ContextBar:
    """The earlier user runs, oldest first. Tokens are estimates: four characters each."""

    pieces: tuple[Piece, ...]

    def original(self, use: ContextUse) -> int:
        """The tokens, before anything was shortened, of the user runs that are used so."""
        return sum(one.original for one in self.pieces if one.use == use)

    @property
    def given(self) -> int:
        """The tokens that the agent is given."""
        return sum(one.tokens for one in self.pieces)

    @property
    def saved(self) -> int:
        """The tokens that it is spared."""
        return sum(one.original for one in self.pieces) - self.given

    def __rich__(self) -> RenderableType:
        return Group(self._bar(), *self._lines())

    def __repr__(self) -> str:
        return plain_text(self)

    def _bar(self) -> Text:
        whole = sum(one.original for one in self.pieces)
        bar = Text()
        for piece in self.pieces:
            mark, style = MARKS[piece.use]
            bar.append(mark * max(1, round(WIDTH * piece.original / max(whole, 1))), style)
        summarised = sum(one.tokens for one in self.pieces if one.use == "summary")
        bar.append(
            f"  {self.original('verbatim')} verbatim"
            f" · {self.original('summary')} summarised to {summarised} · {self.original('dropped')} dropped"
        )
        return bar

    def _lines(self) -> Iterator[Text]:
        for piece in self.pieces:
            mark, style = MARKS[piece.use]
            why = f": {piece.why}" if piece.why else ""
            yield Text(f"{mark} ", style) + foreign_text(
                f"{piece.user_run}  {piece.use}, {piece.tokens} of {piece.original} tokens{why}"
            )


def context_bar(path: Sequence[Record], policy: ContextPolicy) -> ContextBar:
    """What a policy would make of a path of user runs, root first."""
    return bar_of(context_of(path, policy).parts, path)


def bar_of(parts: Sequence[ContextPart], records: Sequence[Record]) -> ContextBar:
    """What an agent call was given, as it was recorded; `records` are the user runs that it names. Pure.

    One that is no longer there, pruned, counts with the tokens that were given of it.
    """
    originals = {record.id: estimated_tokens(tuple(said_in(record))) for record in records}
    return ContextBar(
        tuple(
            Piece(
                user_run=part.user_run,
                use=part.use,
                tokens=part.tokens,
                original=originals.get(part.user_run, part.tokens),
                why=part.why,
            )
            for part in parts
        )
    )
