"""Polls: a source that reads the run again and again, and its steps where they may have changed."""

from __future__ import annotations

from threadlab.following.patience import Asking, Patience
from threadlab.following.sight import Sight
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.tool_call import Answers

LOOKS_FOR_EACH_READING_OF_STEPS = 3


class Polls:
    """Looks on the schedule of `patience.polling`, which starts afresh with each leg.

    A leg is a stretch of the run between tool rounds.
    """

    def __init__(self, sight: Sight, patience: Patience) -> None:
        self.sight = sight
        self.patience = patience
        self.service = sight.run.service
        self.time = patience.time
        self.leg_began = self.time.now()
        self.steps_read_at_poll = 0

    def first(self) -> Asking[Run]:
        """A look at once."""
        return self.now()

    def following(self) -> Asking[Run]:
        """A look after the wait that is due."""
        elapsed = self.time.now() - self.leg_began
        yield from self.patience.pause(self.patience.polling.wait(elapsed, self.sight.polls))
        return (yield from self.now())

    def now(self) -> Asking[Run]:
        """Read the run, and its steps where they may have changed."""
        before = self.sight.status
        run = yield from self.patience.ask(lambda: self.service.read_run(self.sight.run))
        yield from self.sight.polled(run, self.time.now())
        yield from self.sight.explained(self.service.notes(run), self.time.now())
        waited = self.sight.polls - self.steps_read_at_poll
        if run.status != "queued" and (run.status != before or waited >= LOOKS_FOR_EACH_READING_OF_STEPS):
            steps = yield from self.patience.ask(lambda: self.service.read_steps(run))
            self.steps_read_at_poll = self.sight.polls
            yield from self.sight.stepped(steps, self.time.now())
        return run

    def submit(self, answers: Answers) -> Asking[Run]:
        """Answer the run's tool calls."""
        yield from ()
        return self.sight.run.submit(answers)

    def leg_begins(self) -> None:
        """Look often again."""
        self.leg_began = self.time.now()

    def messages(self, run: Run) -> Asking[tuple[Message, ...]]:
        """Read the messages of the run."""
        return self.patience.ask(lambda: self.service.read_messages(run))

    def close(self) -> None:
        """Nothing is open."""
