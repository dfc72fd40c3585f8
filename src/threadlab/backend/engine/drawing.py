"""Drawing: the pieces of an answer are taken from a completer as they come, on a thread of their own.

A completer that waits for its model cannot be interrupted, only left: whoever collects the pieces can stop at
any moment, and the completer is closed as soon as it gives its next piece.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass

from threadlab.backend.completer.port import Completer, Piece, Request, Text
from threadlab.backend.engine.limits import Kept

TOGETHER = 0.05
"""Seconds within which pieces are written together: a person sees no difference, a store does."""
MOST = 64
"""Pieces that are written together at most."""


@dataclass(frozen=True, slots=True)
class End:
    """The completer has nothing more to say, or raised this."""

    error: BaseException | None = None


class Drawing:
    """One consultation of a completer, within what `kept` lets through; begun at once."""

    def __init__(self, completer: Completer, request: Request, kept: Kept) -> None:
        self._completer = completer
        self._request = request
        self._kept = kept
        self._pieces: queue.SimpleQueue[Piece | End | None] = queue.SimpleQueue()
        self._stopped = False
        self._collected = 0.0
        threading.Thread(target=self._draw, name="threadlab-drawing", daemon=True).start()

    def collect(self, patience: float) -> tuple[list[Piece], End | None]:
        """The next pieces, and the end if it has come.

        Waits for the first piece at most `patience` seconds, and for more only as long as the last ones are
        less than TOGETHER ago. `nudge` ends the waiting.
        """
        pieces: list[Piece] = []
        end: End | None = None
        try:
            item = self._pieces.get(timeout=patience)
            until = self._collected + TOGETHER
            while isinstance(item, Piece) and len(pieces) < MOST:
                pieces.append(item)
                item = self._pieces.get(timeout=max(until - time.monotonic(), 0.0))
            if isinstance(item, Piece):
                pieces.append(item)
            elif isinstance(item, End):
                end = item
        except queue.Empty:
            pass
        if any(isinstance(piece, Text) for piece in pieces):
            self._collected = time.monotonic()
        return pieces, end

    def nudge(self) -> None:
        """End a waiting `collect`, from any thread."""
        self._pieces.put(None)

    def stop(self) -> None:
        """Draw no more: the completer is closed when it gives its next piece."""
        self._stopped = True

    def _draw(self) -> None:
        end = End()
        try:
            pieces = self._completer.complete(self._request)
            try:
                for piece in self._kept.pieces(pieces):
                    if self._stopped:
                        break
                    self._pieces.put(piece)
            finally:
                close = getattr(pieces, "close", None)
                if close is not None:
                    close()
        except BaseException as error:  # a completer is anybody's code, and the run must say what it did
            end = End(error)
        self._pieces.put(end)
