"""Patience: how long a follower waits in all, and how often it asks again when the service cannot answer."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future
from itertools import count
from typing import Any, TypeVar

from threadlab.errors import DeadlinePassed, Unavailable
from threadlab.following.polling import Polling
from threadlab.following.sight import Sight
from threadlab.objects.event import Event, Retrying, Wait
from threadlab.objects.time import Time

T = TypeVar("T")
Asking = Generator[Event | Wait, None, T]


class Patience:
    """The deadline (seconds of the service from now on, None for none) and the retries of one following."""

    def __init__(self, time: Time, polling: Polling, deadline: float | None, sight: Sight) -> None:
        self.time = time
        self.polling = polling
        self.began = time.now()
        self.deadline = deadline
        self.sight = sight

    def pause(self, seconds: float, until: Future[Any] | None = None) -> Asking[None]:
        """Wait, but not past the deadline. Raises DeadlinePassed when it has passed."""
        if self.deadline is None:
            yield Wait(seconds, until)
            return
        self.check()
        yield Wait(min(seconds, self.began + self.deadline - self.time.now()), until)

    def check(self) -> None:
        """Raise DeadlinePassed when it has passed."""
        if self.deadline is not None and self.time.now() >= self.began + self.deadline:
            raise self._deadline_passed(self.deadline)

    def ask(self, question: Callable[[], T]) -> Asking[T]:
        """The answer; asked again while the service is unavailable. Only for requests that change nothing.

        Raises Unavailable when it stays so, and any other error at once.
        """
        for attempt in count(1):
            try:
                return question()
            except Unavailable as problem:
                yield from self.after_failure(problem, attempt)
        raise AssertionError("count never ends")

    def after_failure(self, problem: Unavailable, attempt: int) -> Asking[None]:
        """Tell of failure number `attempt` (from 1), and wait. Raises it when it was one too many."""
        if attempt > self.polling.retries:
            raise problem
        seconds = self.polling.retry_wait(attempt, problem.retry_after)
        yield Retrying(at=self.time.now(), problem=problem.message, seconds=seconds)
        yield from self.pause(seconds)

    def _deadline_passed(self, deadline: float) -> DeadlinePassed:
        run = self.sight.run
        return DeadlinePassed(
            f"run {run.id} was not over after {deadline:g} s: {self.sight}",
            hint="the run itself goes on; follow it again with more time, or end it with run.cancel()",
            run_id=run.id,
            thread_id=run.thread_id,
        )
