"""Follow-up: the system user run that tells an agent what a ticket brought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from threadlab.errors import HistoryError
from threadlab.history.bodies.turn import Turn
from threadlab.history.desk import Desk
from threadlab.history.onlooker import OnEvent, Onlooker
from threadlab.history.start import start
from threadlab.history.starting import Starting
from threadlab.history.this_process import ThisProcess
from threadlab.history.tickets.ticket import TicketRecord, told
from threadlab.history.user_run import UserRun
from threadlab.journal.listed import Filter
from threadlab.journal.values import Command, Trigger
from threadlab.journal.workspace import Standing


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Starts them on a history's branches, with what each branch lends. Satisfies `attending.FollowsUp`."""

    desk: Desk
    this_process: Callable[[str], ThisProcess]
    on_event: OnEvent | None = None

    def found(self, ticket: TicketRecord) -> str | None:
        """The logs know it: the ticket is the cause of that user run."""
        begun = Filter(trigger="system", branch=ticket.issued.branch)
        ids = [one.id for one in self.desk.workspace.index.list(begun)]
        return next((id for id in ids if self.desk.tree.record(id).trigger.cause == ticket.id), None)

    def standing(self, user_run: str) -> Standing:
        """As its log and its lock tell."""
        return self.desk.tree.standing(user_run)

    def begin(self, ticket: TicketRecord) -> str:
        """A turn of one command, for the agent whose tool it was; what came is never read as commands."""
        execution = start(self.desk, self._starting(ticket))
        Onlooker(on_event=self.on_event).watch(execution)
        return execution.id

    def go_on(self, user_run: str) -> None:
        """Resume it."""
        branch = self.desk.tree.record(user_run).received.branch
        UserRun(self.desk, user_run, self.this_process(branch)).resume(on_plan=None, on_event=self.on_event)

    def _starting(self, ticket: TicketRecord) -> Starting:
        issued = ticket.issued
        this_process, config = self.this_process(issued.branch), self.desk.branches.read(issued.branch).config
        assert config is not None, "every branch of a history is made with a config"
        if not config.agents:
            raise HistoryError(
                f"branch {issued.branch!r} has no agent that could be told of ticket {ticket.id!r}",
                hint="look at it: history.tickets; give the branch an agent: branch.configure(agent=...)",
            )
        agent = issued.agent if issued.agent in config.agents else next(iter(config.agents))
        input = told(ticket)
        return Starting(
            body=Turn(commands=(Command(text=input, agent=agent),)),
            input=input,
            config=config,
            branch=issued.branch,
            thread_policy="reject",
            trigger=Trigger(type="system", cause=ticket.id),
            tools=this_process.tools,
            policy=this_process.context,
            budget=this_process.budget,
            answers=this_process.on_interrupt,
        )
