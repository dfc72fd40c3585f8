"""Edited: a recorded user run that is about to be made again, with changes or without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from threadlab.history.bodies.made_body import body_again, check_can_make
from threadlab.history.contexts.recorded_context import as_recorded
from threadlab.history.desk import Desk
from threadlab.history.onlooker import OnEvent, Onlooker
from threadlab.history.planning import plan, tool_name
from threadlab.history.plans.changes import Changes
from threadlab.history.plans.on_plan import ShowsPlan
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.reuse import Reuse
from threadlab.history.start import start
from threadlab.history.starting import Starting
from threadlab.history.this_process import ThisProcess
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts
from threadlab.journal.record import Record
from threadlab.journal.values import Config, Trigger, Verb

Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Edited(Generic[Opened]):
    """Nothing is written before a verb is called. `plan()` says what `rerun()` would take."""

    desk: Desk
    base: Record
    changes: Changes
    this_process: ThisProcess
    budget: Budget
    opened: Callable[[str], Opened]

    def plan(self, from_: str | None = None) -> Plan:
        """What `rerun(from_)` would reuse and execute."""
        return self.planned(self._verb, self._reuse(from_))

    def rerun(
        self,
        from_: str | None = None,
        *,
        thread_policy: ThreadPolicy = "enqueue",
        on_plan: ShowsPlan = "history",
        on_event: OnEvent | None = None,
        on_interrupt: AnswersInterrupts | None = None,
    ) -> Opened:
        """Make it again beside the base. What is asked for equally is reused, or only what is before `from_`.

        Without changes and `from_`, everything is made again.
        """
        onlooker = Onlooker(on_plan=on_plan, on_event=on_event, on_interrupt=on_interrupt)
        return self.made(self._verb, self._reuse(from_), thread_policy, onlooker)

    def replay(self, *, on_plan: ShowsPlan = "history", on_event: OnEvent | None = None) -> Opened:
        """Make it again from what is recorded, with nothing live. Raises ReplayMissed."""
        onlooker = Onlooker(on_plan=on_plan, on_event=on_event)
        return self.made("replay", Reuse.everything(), "enqueue", onlooker)

    def planned(self, verb: Verb, reuse: Reuse) -> Plan:
        """What `made` would reuse and execute."""
        return plan(self.desk, self._starting(verb, reuse, "enqueue", Onlooker()))

    def made(self, verb: Verb, reuse: Reuse, thread_policy: ThreadPolicy, onlooker: Onlooker) -> Opened:
        """The new user run, when it is over or waits for an answer."""
        execution = start(self.desk, self._starting(verb, reuse, thread_policy, onlooker))
        onlooker.watch(execution)
        return self.opened(execution.id)

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.changes.told().items()) or "no change"
        return f"<{self.base.id} with {told}: plan() says what rerun() would take>"

    @property
    def _verb(self) -> Verb:
        return "rerun" if self.changes.is_empty else "edit"

    def _reuse(self, from_: str | None) -> Reuse:
        if from_ is not None:
            return Reuse.before(from_)
        return Reuse.nothing() if self.changes.is_empty else Reuse.finished()

    def _starting(
        self, verb: Verb, reuse: Reuse, thread_policy: ThreadPolicy, onlooker: Onlooker
    ) -> Starting:
        received = self.base.received
        check_can_make(self.base, self.this_process.makes)
        config = self.changes.config(self._with_tools_of_today(self.base.config, reuse))
        input, literal = self.changes.input_of(self.base), self.changes.literal_of(self.base)
        return Starting(
            body=body_again(self.base, self.this_process.makes, input, literal, config),
            input=literal,
            config=config,
            branch=received.branch,
            base=self.base,
            reuse=reuse,
            changes=self.changes.told(),
            thread_policy=thread_policy,
            verb=verb,
            trigger=Trigger(type="rerun", cause=self.base.id),
            tools=self.this_process.tools,
            policy=as_recorded(self.base, self.this_process.context)
            if verb == "replay"
            else self.this_process.context,
            budget=self.budget,
            on_plan=onlooker.on_plan,
            answers=onlooker.on_interrupt or self.this_process.on_interrupt,
        )

    def _with_tools_of_today(self, config: Config, reuse: Reuse) -> Config:
        """A live call is given the functions as they are now; a missing one stays, and is an error."""
        here = tuple(self.this_process.tools.definitions) if self.this_process.tools else ()
        known = {tool_name(one) for one in here}
        if reuse.is_offline or any(tool_name(one) not in known for one in config.tools):
            return config
        return replace(config, tools=here)
