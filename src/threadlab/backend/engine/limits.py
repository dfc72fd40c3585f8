"""Limits: what a run may read and write, kept whatever the model does.

`max_prompt_tokens` and `max_completion_tokens` count over all consultations of a run. History is cut from its
old end to fit the first, an answer is cut at the very token by the second; both counts are the engine's
estimates. `parallel_tool_calls: false` lets one call of an answer through: the others are dropped, and a
model that still wants them asks again. `tool_choice: "none"` lets none through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from threadlab.backend.completer.port import Call, Cut, Piece, Reason, Request, Spent, Text
from threadlab.backend.completer.tokens import MESSAGE_FRAME, estimate, estimate_request, first_tokens
from threadlab.backend.engine.citing import cited
from threadlab.backend.engine.linking import linked

MOST_AFTER_A_CUT = 64
"""Pieces that are drawn after a model's own cut, in wait for its count of tokens."""


def left(most: int | None, spent: int) -> int | None:
    """What is left of a limit; None where there is no limit."""
    return None if most is None else max(most - spent, 0)


def fitting(request: Request, most: int | None) -> Request | None:
    """The request with its oldest messages left out until it fits; None if it cannot."""
    if most is None:
        return request
    too_many, left_out = estimate_request(request) - most, 0
    while too_many > 0:
        if len(request.messages) - left_out < 2:
            return None
        text = request.messages[left_out].text
        too_many -= estimate(text) + MESSAGE_FRAME if text else 0
        left_out += 1
    return replace(request, messages=request.messages[left_out:])


class Kept:
    """Lets the pieces of an answer through as far as its request allows.

    `cut` says why the answer is not whole, `cut_here` whether it was cut on this side of the model: its own
    count of tokens may then count more than was kept.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self.cut: str | None = None
        self.cut_here = False
        self._most: int | None = request.options.get("max_completion_tokens")
        self._most_calls = 0 if request.tool_choice == "none" else None if request.parallel_tool_calls else 1
        self._text = ""
        self._in_calls = 0

    def pieces(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, up to the limits. After a cut, beats alone and the model's count of its tokens.

        That count is the last thing that a model says. One that keeps the limit as well says it soon, so
        it is waited for as long as that can take: one piece for each token of the limit.
        """
        calls, patience = 0, self._most or MOST_AFTER_A_CUT
        for piece in linked(cited(pieces, self._request), self._request):
            if self.cut:
                yield piece if isinstance(piece, Spent) else Text("")
                patience -= piece != Text("")
                if isinstance(piece, Spent) or patience <= 0:
                    return
                continue
            calls += isinstance(piece, Call)
            if isinstance(piece, Call) and self._most_calls is not None and calls > self._most_calls:
                continue
            yield from self._within(piece)
        if self._most_calls is not None and calls > self._most_calls:
            because = f"the run takes {self._most_calls} of the {calls} calls that the model made at once"
            yield Reason("limits of the run", because)

    def counts(self, spent: Spent) -> bool:
        """Whether the model's count of its answer is one of what was kept."""
        return not self.cut_here or spent.completion_tokens <= (self._most or 0)

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
