"""Attending, over random schedules: one follow-up for each ticket, in order, never into an active run."""

from __future__ import annotations

import tempfile
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.journal.faulty_files import Killed
from threadlab.errors import AlreadyCompleted, BranchBusy
from threadlab.history.tickets.attending import Attendant
from threadlab.history.tickets.ticket import TicketRecord
from threadlab.history.tickets.tickets import Tickets
from threadlab.journal.files import Disk
from threadlab.journal.workspace import Standing

BRANCHES = ("main", "draft.2")
FATES = ("over", "waits", "killed before", "killed after")
NOON = 1_767_614_400.0


class Clock:
    """Time that waiting moves."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> float:
        """As it stands."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """It moves on."""
        self.at += seconds

    async def sleep_async(self, seconds: float) -> None:
        """The same."""
        self.at += seconds


class Dying(Disk):
    """A disk whose process dies at its n-th new file, before it or after it."""

    def __init__(self, at: int, *, after: bool) -> None:
        super().__init__()
        self._left = at
        self._after = after

    def create(self, path: Path, content: bytes) -> None:
        """See `Files`."""
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        super().create(path, content)
        if self._left == 0:
            raise Killed


@dataclass
class MadeRun:
    """A user run by hand; of a follow-up, `cause` is its ticket."""

    branch: str
    standing: Standing
    cause: str = ""


@dataclass
class History:
    """A history without a service. `fate` is what happens to the next follow-up that begins."""

    runs: dict[str, MadeRun] = field(default_factory=dict)
    fate: str = "over"

    def is_busy(self, branch: str) -> bool:
        """Whether a user run is at work there, or waits for an answer."""
        return any(
            run.branch == branch and run.standing in ("at work", "waits") for run in self.runs.values()
        )

    def found(self, ticket: TicketRecord) -> str | None:
        """See `FollowsUp`."""
        return next((id for id, run in self.runs.items() if run.cause == ticket.id), None)

    def standing(self, user_run: str) -> Standing:
        """See `FollowsUp`."""
        return self.runs[user_run].standing

    def begin(self, ticket: TicketRecord) -> str:
        """See `FollowsUp`."""
        if self.is_busy(ticket.issued.branch):
            raise BranchBusy("a user run is at work")
        fate, self.fate = self.fate, "over"
        if fate == "killed before":
            raise Killed
        id = f"run-{len(self.runs)}"
        standing: Standing = "left" if fate == "killed after" else "waits" if fate == "waits" else "over"
        self.runs[id] = MadeRun(ticket.issued.branch, standing, ticket.id)
        if fate == "killed after":
            raise Killed
        return id

    def go_on(self, user_run: str) -> None:
        """See `FollowsUp`."""
        assert self.runs[user_run].standing == "left", "only what was left is taken up"
        self.runs[user_run].standing = "over"


class Schedules(RuleBasedStateMachine):
    """Tools, completers, users and attendants in any order; attendants die at any new file, and come back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="tickets-")
        self.clock, self.history = Clock(), History()
        self.tickets = Tickets(Path(self.folder.name))
        self.issued: list[str] = []

    @rule(branch=st.sampled_from(BRANCHES), within=st.none() | st.integers(1, 30), soon=st.booleans())
    def a_tool_issues(self, branch: str, within: int | None, soon: bool) -> None:
        """At any time; its user run may be at work still, also when the result is there already."""
        ticket = self.tickets.issue(
            "the report", user_run="turn-1", branch=branch, at=self.clock.at, within=within
        )
        self.issued.append(ticket.id)
        if soon:
            self.tickets.complete(ticket, "what came", at=self.clock.at)

    @precondition(lambda self: self.issued)
    @rule(data=st.data(), fails=st.booleans())
    def somebody_completes(self, data: st.DataObject, fails: bool) -> None:
        """Late, again, in any order."""
        ticket = data.draw(st.sampled_from(self.issued))
        close = self.tickets.fail if fails else self.tickets.complete
        was_open = self.tickets[ticket].completion is None
        try:
            close(ticket, "what came", at=self.clock.at)
        except AlreadyCompleted:
            assert not was_open
        else:
            assert was_open

    @rule(branch=st.sampled_from(BRANCHES))
    def a_user_begins_or_ends(self, branch: str) -> None:
        """A user run of somebody else on the branch, for a while."""
        mine = [one for one in self.history.runs.values() if one.branch == branch and not one.cause]
        active = [one for one in mine if one.standing == "at work"]
        if active:
            active[0].standing = "over"
        elif not self.history.is_busy(branch):
            self.history.runs[f"run-{len(self.history.runs)}"] = MadeRun(branch, "at work")

    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds: int) -> None:
        """So deadlines do, too; and a follow-up that waited for an answer comes to its end."""
        self.clock.sleep(seconds)
        for run in self.history.runs.values():
            run.standing = "over" if run.standing == "waits" else run.standing

    @precondition(lambda self: self.tickets.ready())
    @rule(fate=st.sampled_from(FATES), dies_at=st.integers(0, 4), after=st.booleans())
    def somebody_attends(self, fate: str, dies_at: int, after: bool) -> None:
        """One of many processes, which may die while it does."""
        self.history.fate = fate
        process = Tickets(Path(self.folder.name), Dying(dies_at, after=after))
        try:
            for id in Attendant(process, self.history, self.clock).drain():
                assert self.history.runs[id].cause
        except Killed:
            pass
        self.history.fate = "over"

    @invariant()
    def one_each_in_order(self) -> None:
        """What began so far, on each branch."""
        for branch in BRANCHES:
            causes = [run.cause for run in self.history.runs.values() if run.branch == branch and run.cause]
            numbers = [one.number for cause in causes if (one := self.tickets[cause].completion)]
            assert numbers == sorted(set(numbers)) and len(numbers) == len(causes)

    def teardown(self) -> None:
        """In the end everybody is told, and nothing is left."""
        for run in self.history.runs.values():
            run.standing = "over" if run.standing in ("at work", "waits") else run.standing
        attendant = Attendant(self.tickets, self.history, self.clock)
        deque(attendant.drain(), maxlen=0)
        deadlines = [one.issued.deadline for one in self.tickets.open()]
        assert all(until is None or until > self.clock.at for until in deadlines)
        for id in self.issued:
            if self.tickets[id].completion is None:
                self.tickets.complete(id, "at last", at=self.clock.at)
        deque(attendant.attend(60), maxlen=0)
        self.one_each_in_order()
        causes = sorted(run.cause for run in self.history.runs.values() if run.cause)
        assert causes == sorted(self.issued) and self.tickets.pending() == ()
        self.folder.cleanup()


Schedules.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestSchedules = Schedules.TestCase


def test_nobody_waits_beyond_the_deadline_or_for_nothing(tmp_path: Path) -> None:
    """With no ticket it is back at once; with an open one it waits as long as it was told."""
    clock, tickets = Clock(), Tickets(tmp_path)
    attendant = Attendant(tickets, History(), clock)
    assert list(attendant.attend(60)) == [] and clock.at == NOON
    tickets.issue("the report", user_run="turn-1", branch="main", at=NOON)
    assert list(attendant.attend(60)) == [] and clock.at == NOON + 60


def test_a_branch_that_fails_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    """Its error comes when all others were seen to, and its ticket stays."""

    class Failing(History):
        def begin(self, ticket: TicketRecord) -> str:
            if ticket.issued.branch == "main":
                raise BrokenPipeError("no service")
            return super().begin(ticket)

    tickets, history = Tickets(tmp_path), Failing()
    for branch in BRANCHES:
        tickets.complete(tickets.issue("it", user_run="turn-1", branch=branch, at=NOON), "here")
    with pytest.raises(BrokenPipeError):
        list(Attendant(tickets, history, Clock()).drain())
    assert [run.branch for run in history.runs.values()] == ["draft.2"]
    assert [one.issued.branch for one in tickets.ready()] == ["main"]
