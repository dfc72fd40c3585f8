"""Limits: what a run may read and write, kept whatever the model does.

`max_prompt_tokens` and `max_completion_tokens` count over all consultations of a run. History is cut from its
old end to fit the first, an answer is cut at the very token by the second; both counts are the engine's
estimates. `parallel_tool_calls: false` lets one call of an answer through: the others are dropped, and a
model that still wants them asks again. `tool_choice: "none"` lets none through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from threadlab.backend.completer.port import Call, Cut, Piece, Reason, Request, Text
from threadlab.backend.completer.tokens import estimate, estimate_request, first_tokens


def left(most: int | None, spent: int) -> int | None:
    """What is left of a limit; None where there is no limit."""
    return None if most is None else max(most - spent, 0)


def fitting(request: Request, most: int | None) -> Request | None:
    """The request with its oldest messages left out until it fits; None if it cannot."""
    while most is not None and estimate_request(request) > most:
        if len(request.messages) < 2:
            return None
        request = replace(request, messages=request.messages[1:])
    return request


class Kept:
    """Lets the pieces of an answer through as far as its request allows.

    `cut` says why the answer is not whole, `cut_here` whether it was cut on this side of the model, whose own
    count of tokens then counts more than was kept.
    """

    def __init__(self, request: Request) -> None:
        self.cut: str | None = None
        self.cut_here = False
        self._most: int | None = request.options.get("max_completion_tokens")
        self._most_calls = 0 if request.tool_choice == "none" else None if request.parallel_tool_calls else 1
        self._text = ""
        self._in_calls = 0

    def pieces(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, up to the limits. After a cut nothing more is drawn from the model."""
        calls = 0
        for piece in pieces:
            calls += isinstance(piece, Call)
            if isinstance(piece, Call) and self._most_calls is not None and calls > self._most_calls:
                continue
            yield from self._within(piece)
            if self.cut:
                return
        if self._most_calls is not None and calls > self._most_calls:
            because = f"the run takes {self._most_calls} of the {calls} calls that the model made at once"
            yield Reason("limits of the run", because)

    def _within(self, piece: Piece) -> Iterator[Piece]:
        """The piece, or as much of its text as is allowed. A call that is too long is left out."""
        if isinstance(piece, Cut):
            self.cut = piece.reason
            return
        if self._most is None or not isinstance(piece, Text | Call) or piece == Text(""):
            yield piece
            return
        text, in_call = (piece.text, 0) if isinstance(piece, Text) else ("", cost(piece))
        room = self._most - self._in_calls - in_call
        if estimate(self._text + text) > room:
            self.cut, self.cut_here = "max_completion_tokens", True
            text = first_tokens(self._text + text, room)[len(self._text) :]
            piece = Text(text)
        self._text += text
        self._in_calls += in_call
        if isinstance(piece, Call) or text:
            yield piece


def cost(call: Call) -> int:
    """How many tokens a model spends to ask for a call, about."""
    return estimate(call.name) + estimate(call.arguments)
