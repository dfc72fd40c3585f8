"""Execution: an accepted user run on its way to its end. Drawing from it is what moves it on.

Every fact is on disk before it is told. Whoever stops drawing, by `break`, Ctrl-C or a crash, leaves the
user run as it is: it can be resumed. Nothing is ended but by its body, by a stop, or by its budget.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from threadlab.errors import HistoryError
from threadlab.following.patience import Asking
from threadlab.history.contexts.context import Context, context_of
from threadlab.history.contexts.summaries import summaries_paid
from threadlab.history.desk import Desk
from threadlab.history.plans.memo import Memo
from threadlab.history.reading.key_decisions import key_decisions
from threadlab.history.reading.standing import partial_answer
from threadlab.history.starting import Starting
from threadlab.history.thread_policy import BranchLease
from threadlab.history.tickets.tickets import Tickets
from threadlab.history.work.call_failed import CallFailed
from threadlab.history.work.interruption import Paused, Stopped
from threadlab.history.work.open_run import OpenRun
from threadlab.history.work.passing import let_pass
from threadlab.history.work.scope import Scope
from threadlab.journal.branch_log import HeadMoved
from threadlab.journal.fact import Began, Ended, Entry, Logged
from threadlab.journal.observing import lasting
from threadlab.journal.record import Record
from threadlab.objects.event import Event, Wait
from threadlab.objects.fault import Fault

Seen = Entry | Event
"""What an execution tells: a fact, which is on disk, or an event that is only a view: growing text."""


@dataclass(slots=True, kw_only=True)
class Execution:
    """A user run whose writer this is. Draw from `follow` once; `close` gives it up undone."""

    desk: Desk
    open_run: OpenRun
    starting: Starting
    lease: BranchLease

    @property
    def id(self) -> str:
        """The user run's id."""
        return self.open_run.directory.id

    def follow(self) -> Generator[Seen, None, None]:
        """All that happens from now on. Ends when the user run does, or pauses.

        Raises HistoryError, such as ReplayMissed, when the kit could not go on; the user run has failed then.
        """
        try:
            yield from self.open_run.new_entries()
            if not self.starting.reuse.is_offline:
                yield from self._wait()
            if self.open_run.record.ended_at is None:
                self._begin()
                yield from self._work()
        except KeyboardInterrupt as stopped:
            stopped.add_note(self._how_to_go_on)
            raise
        finally:
            self.close()

    @contextmanager
    def if_left(self) -> Iterator[None]:
        """What is raised in here leaves the user run in the middle; a note on the error says how to go on."""
        try:
            yield
        except BaseException as problem:
            problem.add_note(self._how_to_go_on)
            raise

    @property
    def _how_to_go_on(self) -> str:
        return f"Left user run {self.id} as it is: resume() goes on with it, cancel() ends it."

    def close(self) -> None:
        """Let go of the user run and of its branch."""
        self.open_run.directory.close()
        self.lease.leave()

    def _wait(self) -> Iterator[Seen]:
        try:
            for _ in self.lease.entered(self.open_run, self.starting.thread_policy):
                yield from self.open_run.new_entries()
        except Stopped as stopped:
            self._write_end(stopped.status, reason=stopped.reason)
            yield from self.open_run.new_entries()

    def _begin(self) -> None:
        """Take its place in the tree, and become the branch's head; a replay leaves the branch alone."""
        before = self.open_run.record
        branch = before.received.branch
        is_first = before.started_at is None
        is_offline = self.starting.reuse.is_offline
        head = None if is_offline else self.desk.branches.read(branch).head
        parent = self._parent(head) if is_first else before.parent
        self.open_run.write(Began(process=os.getpid(), parent=parent, resumed=not is_first))
        if not is_offline and (is_first or head == parent):
            moved = HeadMoved(head=self.id, why=before.received.verb)
            self.desk.branches.append(branch, moved, self.desk.lab.time.now())

    def _parent(self, head: str | None) -> str | None:
        if self.starting.base is not None:
            return self.starting.base.parent
        if head is not None and head == self.lease.stopped and self.starting.thread_policy == "rollback":
            return self.desk.tree.record(head).parent
        return head

    def _work(self) -> Iterator[Seen]:
        """Let the body do its work; again where its answer, or its end, came while it paused."""
        was_to_stop = False
        while (yield from self._done_or_paused()):
            is_to_stop = self.open_run.is_to_stop()
            if not self.open_run.take_answers() and is_to_stop == was_to_stop:
                return
            was_to_stop = is_to_stop

    def _done_or_paused(self) -> Generator[Seen, None, bool]:
        """Whether it paused, for an answer that it has not."""
        is_paused = False
        try:
            scope = self._scope()
            with closing(self.starting.body.execute(scope)) as steps:
                output = yield from self._telling(steps)
            scope.allowance.tell_if_over()
            self._write_end("completed", output)
        except Paused as paused:
            if paused.problem is not None:
                yield from self.open_run.new_entries()
                with self.if_left():
                    raise paused.problem from None
            is_paused = True
        except Stopped as stopped:
            self._write_end(stopped.status, stopped.output, reason=stopped.reason)
        except CallFailed as failed:
            self._write_end(failed.call.status, error=failed.call.error)
        except Exception as problem:
            self.open_run.write(Logged(level="error", text=traceback.format_exc()))
            self._write_end("failed", error=Fault(type(problem).__name__, str(problem)))
            if isinstance(problem, HistoryError):
                yield from self.open_run.new_entries()
                raise
        yield from self.open_run.new_entries()
        return is_paused

    def _telling(self, steps: Asking[str]) -> Generator[Seen, None, str]:
        """Pass on what the body's work tells: each fact as it stands on disk, each mere view as it is.

        The time that it asks for passes here.
        """
        while True:
            try:
                event = next(steps)
            except StopIteration as done:
                return str(done.value or "")
            yield from self.open_run.new_entries()
            if isinstance(event, Wait):
                let_pass(event, self.desk.lab.time, self.open_run.is_to_stop)
            elif lasting(event) is None:
                yield event

    def _scope(self) -> Scope:
        record, tree = self.open_run.record, self.desk.tree
        earlier = tree.path(record.parent)
        branch = record.received.branch
        return Scope(
            lab=self.desk.lab,
            open_run=self.open_run,
            agents=self.desk.agents,
            tools=self.starting.tools,
            config=record.config,
            own=Memo(record),
            base=self.starting.memo,
            allows=self.starting.allows,
            is_offline=self.starting.reuse.is_offline,
            keeps_failures=self.starting.reuse.keeps_failures,
            context=self._context(earlier),
            thread=_last_thread(self.desk, earlier, branch),
            thread_of=lambda call: tree.thread_of(call, self.open_run.record, branch),
            earlier=earlier,
            budget=self.starting.budget,
            prices=self.desk.prices,
            stream=self.starting.stream,
            tickets=Tickets.of(self.desk.workspace),
        )

    def _context(self, earlier: tuple[Record, ...]) -> Context:
        """What was said before; what an agent is paid for summing it up is this user run's."""
        with summaries_paid() as paid:
            try:
                return context_of(earlier, self.starting.policy)
            finally:
                for summary in paid:
                    self.open_run.write(summary)

    def _write_end(
        self, status: str, output: str = "", *, error: Fault | None = None, reason: str = ""
    ) -> None:
        record = self.open_run.record
        output = output or partial_answer(record)
        decisions = key_decisions(replace(record, status=status, error=error, reason=reason))
        self.open_run.write(
            Ended(status=status, output=output, error=error, reason=reason, decisions=decisions)
        )
        self.desk.telemetry.told_end(self.id)


def _last_thread(desk: Desk, earlier: tuple[Record, ...], branch: str) -> str | None:
    """The service's thread that was spoken on last, if this branch owns it: it may hold the context."""
    if not earlier or not earlier[-1].calls:
        return None
    return desk.tree.thread_of(earlier[-1].calls[-1], earlier[-1], branch)
