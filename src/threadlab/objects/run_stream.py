"""Run stream: the events of one run, as its service sends them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from threadlab.objects.event import Wait
from threadlab.objects.run import Run
from threadlab.objects.stream_event import StreamEvent
from threadlab.objects.tool_call import Answers


class RunStream(Protocol):
    """A run's events up to the end of a leg: until it is over, or waits for tool outputs.

    It can be iterated with a plain `for`, which blocks where there is nothing to read yet, or be given to
    `follow`. Leaving it early leaves the run alone.
    """

    @property
    def run(self) -> Run:
        """The run as the stream last told of it."""
        ...

    @property
    def seen(self) -> int:
        """How many events of the run were read, those of earlier legs included."""
        ...

    @property
    def blocks(self) -> bool:
        """Whether `step` keeps its caller waiting, as a stream across a network does."""
        ...

    def step(self) -> StreamEvent | Wait | None:
        """The next event, or how long there will be none; None at the end.

        Raises Unavailable where the stream broke off, also when it ended without saying that it is done.
        """
        ...

    def answer(self, answers: Answers) -> RunStream:
        """Submit the outputs or approvals that the run waits for; the stream of its next leg."""
        ...

    def rejoin(self) -> RunStream:
        """A new stream of the same run that goes on behind what this one has read.

        Raises NotInThisService where a stream cannot be joined: the run can then be polled.
        """
        ...

    def close(self) -> None:
        """Stop reading."""
        ...

    def __iter__(self) -> Iterator[StreamEvent]: ...


Followable = Run | RunStream
"""What can be followed: a run, by reading it again and again, or its stream, by reading that."""


def run_of(what: Followable) -> Run:
    """The run itself."""
    return what if isinstance(what, Run) else what.run
