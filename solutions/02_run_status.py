"""Exercise 2: wait for a run, without hanging and without hurry.

Three functions, each built on the one before. `next_move` says what a status asks of you. `wait_for` looks
at a run until there is something for you to do. `wait_on_stream` hears of it from a stream, which may break.

Try it out:      python solutions/02_run_status.py
Check it:        threadlab check 02
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol

from threadlab import connect

FIRST, LONGEST = 0.1, 2.0  # seconds: the first wait between two looks, and the longest


class TooLate(Exception):
    """The deadline passed. The run itself goes on."""


class UnknownStatus(Exception):
    """The service told a status that nobody here knows."""


class HasStatus(Protocol):
    """A run, as far as waiting is concerned."""

    @property
    def status(self) -> str:
        """The service's word."""
        ...


class Clock(Protocol):
    """Whoever waits asks it, and only it, for the time: `lab.time` is one."""

    def now(self) -> float:
        """Seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...


def next_move(status: str) -> str:
    """What a status asks of whoever waits: "wait", "answer" (tools), or "stop" (the run is over).

    Raises UnknownStatus for any status that is not among the nine.
    """
    # >>> solution
    # 1. three statuses change by themselves
    if status in ("queued", "in_progress", "cancelling"):
        return "wait"
    # 2. one changes only when somebody answers
    if status == "requires_action":
        return "answer"
    # 3. five are final
    if status in ("completed", "failed", "cancelled", "expired", "incomplete"):
        return "stop"
    # 4. anything else: say so, with the word that you got
    raise UnknownStatus(status)
    # <<< solution


def wait_for(look: Callable[[], HasStatus], clock: Clock, deadline: float = 60.0) -> HasStatus:
    """The run as soon as it asks for anything but waiting. `look()` reads it anew.

    The first wait is FIRST seconds, each further one longer, but none longer than LONGEST. Raises TooLate
    when `deadline` seconds have passed.
    """
    # >>> solution
    # 1. note when you began
    began, pause = clock.now(), FIRST
    while True:
        # 2. look; hand the run back when its status asks for anything but waiting
        run = look()
        if next_move(run.status) != "wait":
            return run
        # 3. when the deadline has passed, give up waiting, with a word about how the run was
        left = began + deadline - clock.now()
        if left <= 0:
            raise TooLate(f"still {run.status} after {deadline:g} s")
        # 4. sleep, but not past the deadline; next time longer, up to LONGEST
        clock.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST)
    # <<< solution


def wait_on_stream(
    stream: Iterable[HasStatus], look: Callable[[], HasStatus], clock: Clock, deadline: float = 60.0
) -> HasStatus:
    """The same from a stream: it gives the run at each change of its status.

    A stream can end early or break with ConnectionError, and the run knows nothing of it.
    """
    # >>> solution
    # 1. note when you began: the stream's time counts against the deadline too
    began = clock.now()
    with suppress(ConnectionError):
        # 2. each report is the run as it was then: treat its status as above
        for run in stream:
            if next_move(run.status) != "wait":
                return run
            if clock.now() - began >= deadline:
                raise TooLate(f"still {run.status} after {deadline:g} s")
    # 3. that the stream ended says nothing about the run: look for yourself, in the time that is left
    return wait_for(look, clock, deadline - (clock.now() - began))
    # <<< solution


def main() -> None:
    """A run that is polled, and one whose stream is cut off in the middle."""
    with connect(seed=2) as lab:
        agent = lab.create_agent(name="guide", instructions="Answer briefly.")
        thread = lab.threads.create(messages=[{"role": "user", "content": "What is a run?"}])
        run = lab.runs.create(thread.id, agent.id)
        print("polled:  ", wait_for(run.read, lab.time).status)

        stream = lab.runs.stream(thread.id, agent.id)
        # what the stream told before it broke off: one report
        told = [next(event.run for event in stream if event.run is not None)]
        print("streamed:", wait_on_stream(told, told[0].read, lab.time).status)
        lab.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")
