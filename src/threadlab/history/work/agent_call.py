"""One agent call that really happens: a prompt goes to an agent, and everything that follows goes on disk.

    CallStarted → the thread, the prompt, the run, marked with the user run's id → CallTied
                → each event of following it, recorded before it is passed on → CallEnded

The marks heal a crash between the run's creation and `CallTied`: the run is found at the service by them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass

from threadlab.conversation.answering_tools import tools_for_run
from threadlab.errors import (
    DeadlinePassed,
    HistoryError,
    NobodyAnswers,
    NotFound,
    ServiceError,
    Unavailable,
    UnknownStatus,
)
from threadlab.following.follow import follow
from threadlab.following.loop import events
from threadlab.following.patience import Asking
from threadlab.history.contexts.context import Context
from threadlab.history.plans.memo import Memo
from threadlab.history.work.answering import Answering
from threadlab.history.work.budget import paused_by_budget
from threadlab.history.work.estimated import usage_of
from threadlab.history.work.interruption import Enough, Paused, Stopped
from threadlab.history.work.marked_runs import marked, run_marked
from threadlab.history.work.news import News
from threadlab.history.work.open_run import OpenRun
from threadlab.history.work.service_agent import AgentsAgain
from threadlab.history.work.service_thread import thread_holding
from threadlab.journal.fact import CallEnded, CallStarted, CallTied, Logged, Observed
from threadlab.journal.observing import RunEvent, lasting
from threadlab.journal.record import AgentCall
from threadlab.objects.agent import Agent
from threadlab.objects.event import Ended, Event, Wait
from threadlab.objects.fault import Fault
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.service.port import AgentService
from threadlab.tools.redaction import HIDDEN

PATIENCE_AFTER_STOP = 60.0
"""The service's seconds that a run is given to end once its end was asked for."""

Steps = Asking[None]


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """What one live call needs.

    `thread` may hold the context; `raise_unless_allowed` raises when nothing is to begin.
    """

    open_run: OpenRun
    lab: AgentService
    agents: AgentsAgain
    answering: Answering
    raise_unless_allowed: Callable[[], None]
    path: str
    name: str
    agent: Agent
    options: dict[str, object]
    prompt: str
    context: Context
    request: str
    thread: str | None
    stream: bool

    def make(self) -> Steps:
        """Ask, or go on with what was asked before a crash; the call is over when this ends.

        It never sleeps: among its events are `Wait`s, for whoever drives it.
        Raises Paused with the call left open, also where the service cannot be reached any more and its run
        goes on without us, and Stopped once the call is over.
        """
        try:
            what: Followable | None = self._from_before()
            if what is None:
                self.raise_unless_allowed()
                what = self._asked()
            yield from self._followed(what)
        except Stopped as stopped:
            if (call := self._call()) is not None and call.status == "in_progress":
                self._write_end(stopped.status, None)
            raise
        except Unavailable as problem:
            yield from self._finish_tools()
            if self._is_tied():  # its run lives on at the service
                raise Paused(self.path, problem) from problem
            self._write_end("failed", Fault(_code(problem), problem.message))
        except (ServiceError, NobodyAnswers, UnknownStatus) as problem:
            yield from self._finish_tools()
            self._write_end("failed", Fault(_code(problem), problem.message))
        except Exception as problem:  # not the service's: nobody goes on with its run
            self._give_up(problem)
            raise

    def _from_before(self) -> Run | None:
        """The run of this very call that an earlier process started; None if there is none, or none left."""
        call = self._call()
        if call is None or call.request != self.request or call.status != "in_progress":
            return None
        tied = next((fact for fact in reversed(self._facts()) if isinstance(fact, CallTied)), None)
        try:
            if tied is not None:
                run = self.lab.runs.get(tied.thread_id, tied.run_id)
                return None if run.status == "expired" and self._waited_for_budget() else run
        except NotFound:
            return None
        found = run_marked(
            self.lab, self.open_run.directory.id, self.path, self.thread, since=call.started_at
        )
        if found is not None:
            run, message_id = found
            self.open_run.write(
                CallTied(path=self.path, thread_id=run.thread_id, message_id=message_id, run_id=run.id)
            )
            return run
        return None

    def _asked(self) -> Followable:
        """A new run at the service: up to five requests."""
        self.open_run.write(
            CallStarted(
                path=self.path,
                agent=self.name,
                prompt=self.prompt,
                request=self.request,
                context=self.context.parts,
            )
        )
        self._tell_of_hidden()
        marks = marked(self.open_run.directory.id, self.path)
        agent_id, other = self.agents.activated(self.agent)
        thread_id, lost = thread_holding(self.lab, self.context.said, self.thread, marks)
        message = self.lab.messages.create(thread_id, content=self.prompt, metadata=marks)
        tools = tools_for_run(self.agent, self.answering.tools) or self.agent.tools or None
        begin = self.lab.runs.stream if self.stream else self.lab.runs.create
        what: Followable = begin(
            thread_id, agent_id, tools=tools, metadata=marks, **{**other, **self.options}
        )
        run_id = run_of(what).id
        self.open_run.write(
            CallTied(path=self.path, thread_id=thread_id, message_id=message.id, run_id=run_id, lost=lost)
        )
        return what

    def _tell_of_hidden(self) -> None:
        """What was recorded without its secret is sent so, when it is made again from the log."""
        texts = (self.prompt, self.agent.instructions or "", *(one.text for one in self.context.said))
        if any(HIDDEN in text for text in texts):
            said = f"a secret is not in the log: what is sent to {self.name} has {HIDDEN} in its place"
            self.open_run.write(Logged(level="warning", text=said, path=self.path))

    def _followed(self, what: Followable) -> Steps:
        """Follow the run to its end; a stop ends it first."""
        run = run_of(what)
        news = News(fact.event for fact in self._facts() if isinstance(fact, Observed))
        self.answering.deadline = run.expires_at
        try:
            with closing(events(what, tools=self.answering, deadline=None)) as steps:
                try:
                    for step in steps:
                        self.open_run.raise_if_stopped()
                        if isinstance(step, Wait):
                            yield step
                            self.open_run.raise_if_stopped()
                        elif isinstance(step, Ended):
                            run = step.run
                        else:
                            self._observe(step, news)
                            yield step
                except (Paused, Stopped):
                    self.answering.keep_what_runs()
                    raise
        except Paused:
            yield from self._finish_tools()
            raise
        except Stopped:
            yield from self._brought_to_its_end(run, news)
            raise
        except Enough:
            run = yield from self._needed_no_longer(run, news)
            self._write_end("completed", None, run)
            return
        if run.status == "expired" and self._waited_for_budget():
            self.answering.start_over(Memo(self.open_run.record))
            yield from self._followed(self._asked())
            return
        self._write_end(run.status, run.error, run)

    def _brought_to_its_end(self, run: Run, news: News) -> Steps:
        """Have the run ended at the service, and every tool that was started come to its end."""
        with suppress(ServiceError):  # it was over before, or cannot be reached now
            run = run.cancel()
        yield from self._finish_tools()
        try:
            for event in follow(run, deadline=PATIENCE_AFTER_STOP):
                if not isinstance(event, Ended):
                    self._observe(event, news)
                    yield event
        except (NobodyAnswers, DeadlinePassed, ServiceError):
            return  # it does not end now; nothing of ours goes on in it

    def _needed_no_longer(self, run: Run, news: News) -> Asking[Run]:
        """Have the run ended at the service: what was wanted of it is here, and more would be paid for."""
        with suppress(NobodyAnswers, DeadlinePassed, ServiceError):  # what was wanted is here all the same
            for step in events(run.cancel(), deadline=PATIENCE_AFTER_STOP):
                if isinstance(step, Ended):
                    return step.run
                if not isinstance(step, Wait):
                    self._observe(step, news)
                yield step
        return run

    def _give_up(self, problem: Exception) -> None:
        """Have nothing left behind, neither at the service nor in the log; the disk may be what failed."""
        call = self._call()
        if call is None or call.status != "in_progress":
            return
        with suppress(ServiceError):
            if call.run is not None and not call.run.is_terminal:
                self.lab.runs.get(call.run.thread_id, call.run.id).cancel()
        with suppress(OSError, HistoryError):
            self._write_end("failed", Fault(_code(problem), str(problem)))

    def _finish_tools(self) -> Steps:
        for event in self.answering.finish_started():
            self._record(event)
            yield event

    def _observe(self, event: Event, news: News) -> None:
        fact = lasting(event)
        if fact is not None and news.tells(fact):
            self._record(fact)

    def _record(self, event: RunEvent) -> None:
        origin = self.answering.origin_of(event)
        self.open_run.write(Observed(path=self.path, event=event, reused=origin))

    def _write_end(self, status: str, error: Fault | None, run: Run | None = None) -> None:
        for unanswered in self.answering.unanswered():
            self._record(unanswered)
        call = self._call()
        if call is None:  # it could not even be begun
            return
        usage = (run.usage if run else None) or usage_of(self.open_run.record, call)
        self.open_run.write(
            CallEnded(
                path=self.path,
                status=status,
                output="\n\n".join(one.text for one in call.messages),
                usage=usage,
                seconds=self.open_run.time.now() - call.started_at,
                error=error,
            )
        )

    def _waited_for_budget(self) -> bool:
        """Whether it paused because of its budget: then no answer came too late, and it is asked again."""
        return paused_by_budget(self.open_run.record, self.path) is not None

    def _is_tied(self) -> bool:
        return any(isinstance(fact, CallTied) for fact in self._facts())

    def _call(self) -> AgentCall | None:
        return self.open_run.call(self.path)

    def _facts(self) -> list[object]:
        """The facts of this call since it was last begun."""
        facts = [entry.fact for entry in self.open_run.record.entries]
        own = [fact for fact in facts if getattr(fact, "path", None) == self.path]
        begun = max((n for n, fact in enumerate(own) if isinstance(fact, CallStarted)), default=0)
        return list(own[begun:])


def _code(problem: Exception) -> str:
    return getattr(problem, "code", None) or type(problem).__name__
