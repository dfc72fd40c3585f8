"""Attending: who sees to tickets. A completion is a file and starts nothing; an attendant starts user runs.

That is a choice: a completion may come from a web hook or another program, with no service, no tools and no
money to spend at hand. So nothing runs until somebody who has them attends: `history.attend(60)` blocks,
`history.attending()` works beside you. What came before stays, in its order, for the next attendant.

Exactly one user run follows each ticket:
    who     one attendant for each branch at a time: it holds a lock that ends with its process
    once    before it begins one it looks whether the log of some user run names the ticket as its cause
    order   that of the completions; where one cannot begin or is not over, those behind it wait
    when    never while a user run is at work on the branch, or waits for an answer
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Protocol
from urllib.parse import quote

from threadlab.errors import BranchBusy, LeaseHeld
from threadlab.history.tickets.ticket import TicketRecord
from threadlab.history.tickets.tickets import Tickets
from threadlab.journal.lock import Lock
from threadlab.journal.workspace import Standing
from threadlab.objects.time import Time

SHORTEST_LOOK, LONGEST_LOOK = 0.05, 60.0
"""Seconds of the service between two looks for what came: short ones first, then longer ones."""

LONGEST_PAUSE = 1.5
"""Real seconds: a pause that took as long is the longest. Where time is virtual, a pause takes none."""


class FollowsUp(Protocol):
    """What an attendant needs of a history. User runs are told by their ids."""

    def found(self, ticket: TicketRecord) -> str | None:
        """The user run whose cause the ticket is, if one was ever accepted."""
        ...

    def standing(self, user_run: str) -> Standing:
        """How it stands with a user run."""
        ...

    def begin(self, ticket: TicketRecord) -> str:
        """Start the user run that tells what came; back when it is over, or waits for an answer.

        Raises BranchBusy, and has started nothing, while another is at work on the branch.
        """
        ...

    def go_on(self, user_run: str) -> None:
        """Take up one that was left; back when it is over, or waits. Raises LeaseHeld if it has a writer."""
        ...


class Attendant:
    """Starts the user runs that follow tickets. Any number of them may be at work, here and elsewhere."""

    def __init__(self, tickets: Tickets, follows: FollowsUp, time: Time) -> None:
        self._tickets = tickets
        self._follows = follows
        self._time = time

    def attend(self, seconds: float) -> Iterator[str]:
        """See to all tickets until none is left, or that many of the service's seconds passed.

        Yields each user run that it brought to its end, or to a question. None that is at work is cut off,
        and as many as were ready at first are seen to, however long that takes.
        """
        until, look = self._time.now() + seconds, SHORTEST_LOOK
        owed = len(self._tickets.ready())
        while True:
            for user_run in self.drain():
                yield user_run
                owed, look = owed - 1, SHORTEST_LOOK
                if owed <= 0 and self._time.now() >= until:
                    return
            left = until - self._time.now()
            if left <= 0 or not self._tickets.pending():
                return
            began = monotonic()
            self._time.sleep(min(look, left, *self._until_deadlines()))
            if monotonic() - began < LONGEST_PAUSE:
                look = min(look * 1.5, LONGEST_LOOK)

    def drain(self) -> Iterator[str]:
        """Follow up what is ready now, in its order; yields as `attend` does. What cannot be is left.

        Raises the first error of starting one, after all other branches were seen to.
        """
        self._tickets.expire(self._time.now())
        closed: set[str] = set()
        problems: list[Exception] = []
        while (branch := self._next_branch(closed)) is not None:
            try:
                told, is_open = self._first_of(branch)
            except Exception as problem:
                problems.append(problem)
                told, is_open = None, False
            if not is_open:
                closed.add(branch)
            if told is not None:
                yield told
        if problems:
            raise problems[0]

    def _next_branch(self, closed: set[str]) -> str | None:
        branches = (ticket.issued.branch for ticket in self._tickets.ready())
        return next((branch for branch in branches if branch not in closed), None)

    def _first_of(self, branch: str) -> tuple[str | None, bool]:
        """Follow up the first ticket of a branch: the user run worked on, and whether the next may begin."""
        lock = Lock(self._tickets.folder / f".{quote(branch, safe=' ').replace('.', '%2E')}.lock")
        try:
            lock.acquire(f"what comes for branch {branch!r}")
        except LeaseHeld:
            return None, False
        try:
            ready = self._tickets.ready()  # only now: another attendant may have been quicker
            first = next((ticket for ticket in ready if ticket.issued.branch == branch), None)
            return (None, True) if first is None else self._follow_up(first)
        finally:
            lock.release()

    def _follow_up(self, ticket: TicketRecord) -> tuple[str | None, bool]:
        known = user_run = self._follows.found(ticket)
        try:
            if user_run is None:
                user_run = self._follows.begin(ticket)
            elif self._follows.standing(user_run) == "left":
                self._follows.go_on(user_run)
                known = None
        except (BranchBusy, LeaseHeld):
            return None, False
        done = self._follows.standing(user_run) == "over"
        if done:
            self._tickets.follow_up(ticket.id, user_run)
        return (user_run if known is None else None), done

    def _until_deadlines(self) -> list[float]:
        now = self._time.now()
        deadlines = (one.issued.deadline for one in self._tickets.open())
        return [max(deadline - now, 0.0) for deadline in deadlines if deadline is not None]
