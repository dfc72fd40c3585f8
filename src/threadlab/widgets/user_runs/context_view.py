"""Context view: the picture of a context bar: what an agent was given of what came before, in tokens.

Widths are the tokens that each earlier user run had before anything was shortened. A summary fills its part
only as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from threadlab.following.terminal_text import counted
from threadlab.history.contexts.context_bar import ContextBar, Piece
from threadlab.journal.values import ContextUse
from threadlab.widgets.drawing.lane import Bar
from threadlab.widgets.drawing.page import html, styled

LOOKS: Mapping[ContextUse, tuple[str, str]] = {
    "verbatim": ("good", "as it was"),
    "summary": ("live", "as a summary"),
    "dropped": ("quiet", "left out"),
}
"""Style and words of each use."""


@dataclass(frozen=True, slots=True)
class ContextLine:
    """One earlier user run, in words: how it was used, what of it was given, and why."""

    user_run: str
    style: str
    use: str
    tokens: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextView:
    """The parts side by side, oldest first, and a line for each. `given` is what the agent got, in words.

    `shortened` tells that something was summarised or left out.
    """

    given: str
    shortened: bool
    bars: tuple[Bar, ...]
    lines: tuple[ContextLine, ...]
    legend: tuple[Bar, ...]


def context_view(bar: ContextBar) -> ContextView:
    """The view of a context bar."""
    used = {piece.use for piece in bar.pieces}
    return ContextView(
        given=_given(bar),
        shortened=not used <= {"verbatim"},
        bars=tuple(_bars(bar)),
        lines=tuple(_line(piece) for piece in bar.pieces),
        legend=tuple(Bar(0, 0, style, words, "") for use, (style, words) in LOOKS.items() if use in used),
    )


def render_html(bar: ContextBar) -> str:
    """The bar as HTML that needs nothing else."""
    return styled(html("context_card.html", bar=context_view(bar)))


def _given(bar: ContextBar) -> str:
    if not bar.pieces:
        return "Nothing came before: the agent is given the prompt alone."
    saved = f", {bar.saved} spared" if bar.saved > 0 else ""
    return (
        f"{counted(bar.given, 'token')} of {counted(len(bar.pieces), 'earlier user run')}{saved}, estimated"
    )


def _bars(bar: ContextBar) -> Iterator[Bar]:
    """A bar for each piece; a summary has what was spared behind it, in the tone of what is left out."""
    whole = sum(max(piece.original, piece.tokens, 1) for piece in bar.pieces)
    start = 0.0
    for piece in bar.pieces:
        width = 100 * max(piece.original, piece.tokens, 1) / whole
        style, words = LOOKS[piece.use]
        told = f"{piece.user_run} {words}, {_tokens(piece)}"
        if piece.use == "summary":
            yield Bar(round(start, 2), round(width, 2), "quiet", told, "")
            filled = width * piece.tokens / max(piece.original, piece.tokens, 1)
            yield Bar(round(start, 2), round(filled, 2), style, told, "")
        else:
            yield Bar(round(start, 2), round(width, 2), style, told, "")
        start += width


def _line(piece: Piece) -> ContextLine:
    style, words = LOOKS[piece.use]
    return ContextLine(piece.user_run, style, words, _tokens(piece), piece.why)


def _tokens(piece: Piece) -> str:
    given = counted(piece.tokens, "token")
    return (
        given if piece.tokens == piece.original else f"{piece.tokens} of {counted(piece.original, 'token')}"
    )
