"""User run: one input and all that came of it; the verbs make it again, go on with it, or end it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.again import Edited
from threadlab.history.bodies.made_body import body_again
from threadlab.history.contexts.recorded_context import as_recorded
from threadlab.history.desk import Desk
from threadlab.history.execution import Execution, Seen
from threadlab.history.given_answer import give_answer
from threadlab.history.onlooker import OnEvent, Onlooker
from threadlab.history.planning import check_tools, plan_to_take_up
from threadlab.history.plans.changes import Changes
from threadlab.history.plans.commands import Input
from threadlab.history.plans.on_plan import ShowsPlan
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.reuse import Reuse
from threadlab.history.plans.run_options import check_choice
from threadlab.history.recorded import Recorded
from threadlab.history.start import (
    budget_in,
    check_not_over,
    recorded_starting,
    stop,
    take_up,
)
from threadlab.history.starting import Starting
from threadlab.history.this_process import ThisProcess
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts
from threadlab.history.work.stop import Stop
from threadlab.journal.archive import Archived, export
from threadlab.objects.agent import Agent


class UserRun(Recorded):
    """A user run as it is on disk now. Its record never changes once it is over; its tags and metadata may.

    `retry`, `rerun`, `edit` and `replay` make another one beside it, and leave it as it was. `resume` and
    `answer` go on with it, `cancel` ends it. `history.branch(name, at=user_run)` forks from it.
    """

    def __init__(self, desk: Desk, id: str, this_process: ThisProcess) -> None:
        super().__init__(desk, id)
        self._this_process = this_process

    @property
    def parent(self) -> UserRun | None:
        """The user run that it went on from."""
        parent = self.record.parent
        return None if parent is None else UserRun(self._desk, parent, self._this_process)

    @property
    def children(self) -> tuple[UserRun, ...]:
        """The user runs that went on from it, with their siblings: reruns and edits."""
        return tuple(
            UserRun(self._desk, one.id, self._this_process) for one in self._desk.tree.children(self.id)
        )

    def retry(
        self,
        *,
        reuse: Reuse | None = None,
        budget: Budget | None = None,
        thread_policy: ThreadPolicy = "enqueue",
        on_plan: ShowsPlan = "history",
        on_event: OnEvent | None = None,
        on_interrupt: AnswersInterrupts | None = None,
    ) -> UserRun:
        """Make it again as it was, all of it live, or with `reuse` of what it finished.

        Its budget is the one that it had, unless another is given. The plan is shown before anything is
        written, to `on_plan`, else as the history does it: see `ShowsPlan`, and `Onlooker` for the other two.
        """
        onlooker = Onlooker(on_plan=on_plan, on_event=on_event, on_interrupt=on_interrupt)
        again = self._edited(Changes(), budget=budget)
        return again.made("retry", reuse or Reuse.nothing(), thread_policy, onlooker)

    def rerun(
        self,
        from_: str | None = None,
        *,
        budget: Budget | None = None,
        thread_policy: ThreadPolicy = "enqueue",
        on_plan: ShowsPlan = "history",
        on_event: OnEvent | None = None,
        on_interrupt: AnswersInterrupts | None = None,
    ) -> UserRun:
        """Make it again from a unit of work on ("2", "2.get_weather.1"): what came before is reused.

        Raises WrongPath, before anything is written, for a path that it does not have.
        """
        return self._edited(Changes(), budget=budget).rerun(
            from_,
            thread_policy=thread_policy,
            on_plan=on_plan,
            on_event=on_event,
            on_interrupt=on_interrupt,
        )

    def edit(
        self,
        *,
        input: Input | None = None,
        instructions: str | None = None,
        model: str | None = None,
        agent: Agent | None = None,
        of: str | None = None,
        budget: Budget | None = None,
        **options: Any,
    ) -> Edited[UserRun]:
        """The same with changes: `.plan()` says what that would take, `.rerun()` makes it. See `Changes`.

        `budget` is in the place of the one that it had. `options` are those of the service's run, such as
        temperature.
        """
        changes = Changes(
            input=input, instructions=instructions, model=model, agent=agent, of=of, options=options
        )
        return self._edited(changes, budget=budget)

    def replay(
        self, *, on_plan: ShowsPlan = "history", on_event: OnEvent | None = None, **changes: Any
    ) -> UserRun:
        """Make it again from what is recorded, with no request at all; `changes` are those of `edit`.

        Raises ReplayMissed, before anything is written, for whatever was never recorded.
        """
        return self.edit(**changes).replay(on_plan=on_plan, on_event=on_event)

    def plan(
        self, verb: str = "rerun", from_: str | None = None, *, reuse: Reuse | None = None, **changes: Any
    ) -> Plan:
        """What a verb would reuse, execute and pay again; nothing is written, and no service asked.

        `verb` is "retry" (which may have a `reuse`), "rerun" (which may have `from_`), "edit", "replay" or
        "resume"; `changes` are those of `edit`. Raises what the verb would before it writes anything.
        """
        check_choice("verb", verb, ("retry", "rerun", "edit", "replay", "resume"))
        if verb == "resume" and not self._is_incomplete():
            starting = self._to_take_up(None, None, attended=False)
            check_not_over(self.record)
            return plan_to_take_up(self._desk, self.record, starting)
        edited = self.edit(**changes)
        if verb == "replay":
            return edited.planned("replay", Reuse.everything())
        if verb == "resume":
            return edited.planned("rerun", Reuse.finished())
        return edited.planned("retry", reuse or Reuse.nothing()) if verb == "retry" else edited.plan(from_)

    def resume(
        self,
        *,
        budget: Budget | None = None,
        on_plan: ShowsPlan = "history",
        on_event: OnEvent | None = None,
        on_interrupt: AnswersInterrupts | None = None,
    ) -> UserRun:
        """Go on with it after a crash, at an interrupt, or beyond its budget. What is finished stays done.

        One that ended as incomplete is over: then this is a new user run beside it, which reuses what it
        finished. Raises UserRunFinal for any other that is over, and LeaseHeld if somebody works on it.
        """
        onlooker = Onlooker(on_plan=on_plan, on_event=on_event, on_interrupt=on_interrupt)
        if self._is_incomplete():
            if budget is None and on_interrupt is None and self._was_stopped_by_its_budget():
                raise HistoryError(
                    f"user run {self.id} cannot go on: {self.record.reason}",
                    hint="give it more, resume(budget=threadlab.runs.Budget(...)), or say on_interrupt=",
                )
            again = self._edited(Changes(), budget=budget, on_interrupt=on_interrupt)
            return again.made("rerun", Reuse.finished(), "enqueue", onlooker)
        if budget is None and on_interrupt is None and self._this_process.on_interrupt is None:
            self._check_nothing_asked_of_its_budget()
        onlooker.watch(self._taken_up(budget, on_interrupt, attended=False, on_plan=on_plan))
        return self

    def follow(
        self,
        *,
        budget: Budget | None = None,
        on_interrupt: AnswersInterrupts | None = None,
        attended: bool = False,
    ) -> Iterator[Seen]:
        """The same as events; `attended` says that whoever draws them decides on approvals."""
        return self._taken_up(budget, on_interrupt, attended=attended).follow()

    def answer(self, answer: str, interrupt: str | None = None, *, on_plan: ShowsPlan = "history") -> UserRun:
        """Answer a question that it waits with, the only one or that of the id `interrupt`, and go on.

        Where somebody watches it, he goes on with it, as soon as the answer arrives. What an answer may be:
        see `AnswersInterrupts`. Raises HistoryError for any other, and where no such question is open.
        """
        is_ours = give_answer(self._desk, self.record, answer, interrupt)
        return self.resume(on_plan=on_plan) if is_ours else self

    def export(self, path: str | Path) -> Archived:
        """Write it into one file, itself alone; `branch.export(path)` takes along what it went on from."""
        return export(self._desk.workspace, [self.id], Path(path))

    def cancel(self, why: str = "") -> UserRun:
        """Have it ended: here and now if nobody works on it, else at the next event of whoever does.

        After its status is cancelled, no tool of it has an effect. One that is over stays as it is.
        """
        record, received, makes = self.record, self.record.received, self._this_process.makes
        body = None
        if makes is not None and received.body == makes.body_name:
            body = makes.body(received.input, received.config)
        stop(self._desk, record, Stop(kind="cancel", by="user", why=why), body)
        return self

    def _check_nothing_asked_of_its_budget(self) -> None:
        """Raise HistoryError where it would only ask the same again."""
        for one in self.interrupts:
            if one.kind == "budget":
                raise HistoryError(
                    f"user run {self.id} cannot go on: {one.question}",
                    hint='say answer("extend") or answer("stop"), or give it more: '
                    "resume(budget=threadlab.runs.Budget(...))",
                )

    def _was_stopped_by_its_budget(self) -> bool:
        return any(one.kind == "budget" and one.answer == "stop" for one in self.record.interrupts)

    def _edited(
        self,
        changes: Changes,
        *,
        budget: Budget | None = None,
        on_interrupt: AnswersInterrupts | None = None,
    ) -> Edited[UserRun]:
        this_process = self._this_process
        if on_interrupt is not None:
            this_process = replace(this_process, on_interrupt=on_interrupt)
        return Edited(
            desk=self._desk,
            base=self.record,
            changes=changes,
            this_process=this_process,
            budget=budget_in(self.record) if budget is None else budget,
            opened=lambda id: UserRun(self._desk, id, self._this_process),
        )

    def _is_incomplete(self) -> bool:
        return self.record.status == "incomplete" and self.record.ended_at is not None

    def _taken_up(
        self,
        budget: Budget | None,
        on_interrupt: AnswersInterrupts | None,
        *,
        attended: bool,
        on_plan: ShowsPlan = "history",
    ) -> Execution:
        starting = replace(self._to_take_up(budget, on_interrupt, attended=attended), on_plan=on_plan)
        return take_up(self._desk, self.record, starting)

    def _to_take_up(
        self, budget: Budget | None, on_interrupt: AnswersInterrupts | None, *, attended: bool
    ) -> Starting:
        record = self.record
        told, received = recorded_starting(self._desk, record), record.received
        starting = replace(
            told,
            body=body_again(
                record, self._this_process.makes, received.commands, received.input, received.config
            ),
            tools=self._this_process.tools,
            policy=as_recorded(record, self._this_process.context),
            budget=told.budget if budget is None else budget,
            answers=on_interrupt or self._this_process.on_interrupt,
            attended=attended,
        )
        if record.ended_at is None:
            check_tools(starting)
        return starting
