"""Source: where looks at a run come from. Two kinds, polls and a stream; the loop cannot tell which."""

from __future__ import annotations

from typing import Protocol

from threadlab.following.patience import Asking
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.tool_call import Answers


class Source(Protocol):
    """Looks at one run, one after another. Each tells its events and returns the run as it was then."""

    def first(self) -> Asking[Run]:
        """The run as it is when following begins."""
        ...

    def following(self) -> Asking[Run]:
        """The next look, when it is time for it."""
        ...

    def now(self) -> Asking[Run]:
        """A look at this instant, whatever the schedule: for a run that waits for its tools."""
        ...

    def submit(self, answers: Answers) -> Asking[Run]:
        """Answer the run's tool calls, all in one request; the run after that. Tells nothing yet."""
        ...

    def leg_begins(self) -> None:
        """A tool round is over."""
        ...

    def messages(self, run: Run) -> Asking[tuple[Message, ...]]:
        """The messages that the run, now over, wrote."""
        ...

    def close(self) -> None:
        """Nobody looks any more."""
        ...
