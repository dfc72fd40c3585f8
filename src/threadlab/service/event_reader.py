"""Event reader: the events in the bytes of a response, read with or without blocking."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from azure.core.exceptions import AzureError

from threadlab.errors import Unavailable
from threadlab.objects.event import Wait
from threadlab.objects.run import RunHome
from threadlab.objects.stream_event import StreamEvent
from threadlab.objects.time import Time
from threadlab.service.failures import service_error
from threadlab.service.read_stream import stream_event
from threadlab.service.sse import Blocks


class EventReader:
    """The events in a response's bytes. `attempt` says in errors what was being done.

    Bytes of the in-process door have a `step`, which says how long there will be none instead of waiting;
    others block.
    """

    def __init__(self, pieces: Iterator[bytes], home: RunHome, attempt: str) -> None:
        self._pieces = pieces
        self._step: Callable[[], bytes | Wait | None] | None = getattr(pieces, "step", None)
        self._home = home
        self._attempt = attempt
        self._blocks = Blocks()
        self._ready: deque[StreamEvent] = deque()
        self._is_done = False
        self.blocks = self._step is None

    def step(self) -> StreamEvent | Wait | None:
        """The next event, or how long there will be none; None at the end.

        Raises Unavailable for a stream that broke off or ended without `done`.
        """
        while not self._ready:
            if self._is_done:
                return None
            piece = self._next_piece()
            if isinstance(piece, Wait):
                return piece
            self._take(piece)
        event = self._ready.popleft()
        self._is_done = self._is_done or event.kind == "done"
        return event

    def next_event(self, time: Time) -> StreamEvent | None:
        """The next event, waited for; None at the end."""
        while isinstance(step := self.step(), Wait):
            time.sleep(step.seconds)
        return step

    def give_back(self, events: Sequence[StreamEvent]) -> None:
        """Let these events be read again, before all others."""
        self._ready.extendleft(reversed(events))

    def close(self) -> None:
        """Stop reading."""
        self._is_done = True
        self._ready.clear()
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()

    def _next_piece(self) -> bytes | Wait | None:
        try:
            return next(self._pieces, None) if self._step is None else self._step()
        except (AzureError, OSError) as problem:  # a broken connection comes as either of them
            raise service_error(problem, self._attempt) from None

    def _take(self, piece: bytes | None) -> None:
        blocks = self._blocks.end() if piece is None else self._blocks.feed(piece)
        try:
            self._ready.extend(stream_event(block, self._home) for block in blocks)
        except ValueError:
            raise self._broke_off() from None
        if piece is None and not self._ready:
            raise self._broke_off()

    def _broke_off(self) -> Unavailable:
        return Unavailable(
            f"could not {self._attempt}: the stream broke off before it was done",
            hint="nothing is wrong with the run: join its stream again, or read the run",
        )
