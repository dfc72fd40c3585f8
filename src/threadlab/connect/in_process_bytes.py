"""In-process bytes: a body as it comes, for readers who wait here and for those who wait by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from threadlab.backend.wire.http import WaitUntil
from threadlab.objects.event import Wait
from threadlab.objects.time import Time


class InProcessBytes(Iterator[bytes]):
    """The pieces of a body. Iterating sleeps where there is nothing yet; `step` says how long instead.

    `let_go` is called once the end was reached, reading failed, or the reader left.
    """

    def __init__(self, pieces: Iterator[bytes | WaitUntil], time: Time, let_go: Callable[[], object]) -> None:
        self._pieces = pieces
        self._time = time
        self._let_go = let_go

    def step(self) -> bytes | Wait | None:
        """The next bytes, or how long there will be none; None at the end."""
        try:
            piece = next(self._pieces, None)
        except BaseException:
            self._let_go()
            raise
        if piece is None:
            self._let_go()
        if isinstance(piece, WaitUntil):
            return Wait(max(piece.at - self._time.now(), 0.0))
        return piece

    def close(self) -> None:
        """Stop reading."""
        self._let_go()

    def __next__(self) -> bytes:
        while isinstance(piece := self.step(), Wait):
            self._time.sleep(piece.seconds)
        if piece is None:
            raise StopIteration
        return piece
