"""Scope: the hands that a body works with. All it does goes through here: recorded, reused, stopped, paused.

A scope is bound to one user run. Its verbs may be used from several threads at once, as parallel nodes do;
only `ask`, which speaks in the conversation, is for one thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.following.patience import Asking
from threadlab.history.contexts.context import Context, said_by
from threadlab.history.plans.memo import Memo
from threadlab.history.plans.missed import missed_call, missed_unit
from threadlab.history.plans.request import agent_request, request_hash
from threadlab.history.reading.prices import Prices
from threadlab.history.tickets.tickets import Tickets
from threadlab.history.work.agent_call import LiveCall
from threadlab.history.work.allowance import Allowance
from threadlab.history.work.answering import Answering
from threadlab.history.work.budget import Budget
from threadlab.history.work.call_failed import CallFailed
from threadlab.history.work.call_source import CallSource
from threadlab.history.work.handle import CurrentUserRun
from threadlab.history.work.interruption import Stopped
from threadlab.history.work.open_run import OpenRun
from threadlab.history.work.passing import done_now
from threadlab.history.work.service_agent import AgentsAgain
from threadlab.journal.fact import CommandEnded, CommandStarted, Interrupted, Logged, UnitEnded, UnitStarted
from threadlab.journal.record import AgentCall, Record, Unit
from threadlab.journal.values import Config, InterruptKind
from threadlab.objects.fault import Fault
from threadlab.service.port import AgentService


@dataclass(slots=True, kw_only=True)
class Scope:
    """What a user run works with. `own` is what its log said when it was taken up, `base` what it may reuse.

    `allows` says which paths may be reused; `is_offline` that nothing live may happen. `context` is what
    was said before, and grows with each `ask`; `thread` is a service thread that may hold it, `thread_of`
    tells that of a call. With `stream` runs are read as streams, which tell the growing text. `prefix` is the
    path of the part that it works for; empty for the whole. With `keeps_failures` a recorded call that failed
    may be taken over, by a body that goes on from it.
    """

    lab: AgentService
    open_run: OpenRun
    agents: AgentsAgain
    tools: AnsweringTools | None
    config: Config
    own: Memo
    base: Memo
    allows: Callable[[str], bool]
    is_offline: bool
    context: Context
    thread: str | None
    thread_of: Callable[[AgentCall], str | None]
    earlier: tuple[Record, ...]
    budget: Budget
    prices: Prices
    tickets: Tickets
    stream: bool = False
    prefix: str = ""
    keeps_failures: bool = False
    allowance: Allowance = field(init=False)
    handle: CurrentUserRun = field(init=False)

    def __post_init__(self) -> None:
        self.allowance = Allowance(self.budget, self.open_run, self.prices)
        self.handle = CurrentUserRun(self.open_run, self.earlier, self.allowance.left, self.tickets)

    @contextmanager
    def command(self, position: int) -> Iterator[None]:
        """A command of the queue, from its start to its one end."""
        if self.open_run.record.queue[position - 1].status == "pending":
            self.open_run.write(CommandStarted(position=position))
        try:
            yield
        except Stopped as stopped:
            self.open_run.write(CommandEnded(position=position, status=stopped.status))
            raise
        except Exception as problem:
            status = problem.call.status if isinstance(problem, CallFailed) else "failed"
            self.open_run.write(CommandEnded(position=position, status=status))
            raise
        if self.open_run.record.queue[position - 1].status == "active":
            self.open_run.write(CommandEnded(position=position, status="completed"))

    def within(self, path: str) -> Scope:
        """The same hands for a body that works as a part of this one: all its paths begin with `path`."""
        return replace(self, prefix=self.at(path))

    def ask(
        self,
        path: str,
        agent: str,
        prompt: str,
        *,
        config: Config | None = None,
        tools: AnsweringTools | None = None,
        failures_too: bool = False,
    ) -> Asking[AgentCall]:
        """An agent call in the conversation: it is given all that was said before, and is remembered.

        Arguments and errors are those of `apart`, but for the context: it is the conversation's.
        """
        call = yield from self._call(
            self.at(path),
            agent,
            prompt,
            self.context,
            config or self.config,
            self.thread,
            tools or self.tools,
            failures_too,
        )
        self.context = self.context.then(*said_by(call))
        self.thread = self.thread_of(call)
        return call

    def apart(
        self,
        path: str,
        agent: str,
        prompt: str,
        *,
        config: Config | None = None,
        context: Context | None = None,
        tools: AnsweringTools | None = None,
        failures_too: bool = False,
    ) -> Asking[AgentCall]:
        """An agent call on a thread of its own, given the `context` (else nothing) and the prompt.

        It never sleeps: whoever drives it lets the time of its `Wait`s pass. `config` stands in the user
        run's place, `tools` go before the user run's. `failures_too` is for a body that goes on from a
        failed call: so does a replay of it. Raises CallFailed where it does not complete.
        """
        config, tools = config or self.config, tools or self.tools
        where = self.at(path)
        return self._call(where, agent, prompt, context or Context(), config, None, tools, failures_too)

    def agent_call(
        self,
        path: str,
        agent: str,
        prompt: str,
        options: Mapping[str, Any] | None = None,
        tools: AnsweringTools | None = None,
    ) -> AgentCall:
        """The same, done when this returns: it blocks. `options` go over those of the user run."""
        calling = self.apart(path, agent, prompt, config=self._with(options), tools=tools)
        return done_now(calling, self.lab.time, self.open_run.is_to_stop)

    def would_take_over(
        self, path: str, agent: str, prompt: str, options: Mapping[str, Any] | None = None
    ) -> bool:
        """Whether `agent_call` given this would take over what the base recorded."""
        config, path = self._with(options), self.at(path)
        request = agent_request(config, config.agents[agent], Context(), prompt)
        return self.allows(path) and self.base.call(path, request_hash(request)) is not None

    def unit(
        self, path: str, request: Mapping[str, Any], execute: Callable[[], Any], *, kind: str = "node"
    ) -> Any:
        """The result (JSON) of a unit of work: recorded, or made by `execute`, whose errors pass through."""
        path, key = self.at(path), request_hash(request)
        if (unit := self.own.unit(path, key) or self._reused_unit(path, key)) is not None:
            return unit.result
        if self.is_offline:
            raise missed_unit(self.base, path)
        self.raise_unless_allowed()
        began = self.lab.time.now()
        self.open_run.write(UnitStarted(path=path, request=key, kind=kind))
        try:
            result = json.loads(json.dumps(execute()))
        except Exception as problem:
            fault = Fault(type(problem).__name__, str(problem))
            took = self.lab.time.now() - began
            self.open_run.write(UnitEnded(path=path, status="failed", error=fault, seconds=took))
            raise
        took = self.lab.time.now() - began
        self.open_run.write(UnitEnded(path=path, status="completed", result=result, seconds=took))
        return result

    def interrupt(
        self, id: str, kind: InterruptKind, question: str, detail: Mapping[str, Any] | None = None
    ) -> str:
        """The answer to a question that the body has; the user run pauses until there is one."""
        id = self.at(id)
        if (known := self.base.interrupt(id)) is not None and self.allows(id) and known.answer is not None:
            return known.answer
        return self.open_run.interrupt(Interrupted(id=id, kind=kind, question=question, detail=detail or {}))

    def log(self, text: str, level: str = "info", path: str = "") -> None:
        """Write a line into the log."""
        self.open_run.write(Logged(level=level, text=text, path=self.at(path) if path else self.prefix))

    def raise_unless_allowed(self) -> None:
        """Raise Stopped if somebody asked for the end, or if the budget is used up and is not extended."""
        self.allowance.raise_unless_allowed()

    def _with(self, options: Mapping[str, Any] | None) -> Config:
        return replace(self.config, options={**self.config.options, **(options or {})})

    def _call(
        self,
        path: str,
        name: str,
        prompt: str,
        context: Context,
        config: Config,
        thread: str | None,
        tools: AnsweringTools | None,
        failures_too: bool = False,
    ) -> Asking[AgentCall]:
        agent = config.agents[name]
        request = agent_request(config, agent, context, prompt)
        key = request_hash(request)
        if not self._is_over(path, key) and not self._reused_call(path, key, failures_too):
            if self.is_offline:
                raise missed_call(self.base, path, name, request, context)
            call = LiveCall(
                open_run=self.open_run,
                lab=self.lab,
                agents=self.agents,
                answering=self._answering(path, config, name, tools),
                raise_unless_allowed=self.raise_unless_allowed,
                path=path,
                name=name,
                agent=agent,
                options=dict(config.options),
                prompt=prompt,
                context=context,
                request=key,
                thread=thread,
                stream=self.stream,
            )
            yield from call.make()
        made = self._recorded(path)
        if made.status != "completed":
            raise CallFailed(made)
        return made

    def _answering(self, path: str, config: Config, name: str, tools: AnsweringTools | None) -> Answering:
        definitions = (*config.agents[name].tools, *config.tools)
        return Answering(
            CallSource(
                open_run=self.open_run,
                path=path,
                tools=tools,
                declared={str((one.get("function") or {}).get("name", "")) for one in definitions},
                own=self.own,
                base=self.base,
                allows=self.allows,
                handle=self.handle,
                raise_unless_allowed=lambda: self.allowance.raise_unless_round_allowed(path),
            )
        )

    def at(self, path: str) -> str:
        """The path in the user run of a path in the part that this works for."""
        return f"{self.prefix}.{path}" if self.prefix else path

    def _is_over(self, path: str, key: str) -> bool:
        """Whether this user run's own log tells how that call ended."""
        before = self.own.call_at(path)
        return before is not None and before.request == key and before.status != "in_progress"

    def _reused_call(self, path: str, key: str, failures_too: bool) -> bool:
        found = self.base.call(path, key)
        if found is None and failures_too and self.keeps_failures:
            found = self.base.over(path, key)
        return found is not None and self._taken_over(path)

    def _reused_unit(self, path: str, key: str) -> Unit | None:
        found = self.base.unit(path, key)
        return found if found is not None and self._taken_over(path) else None

    def _taken_over(self, path: str) -> bool:
        """Write the base's facts of a unit into this log, if that is allowed."""
        if not self.allows(path):
            return False
        for fact in self.base.facts(path):
            self.open_run.write(fact)
        for kept in self.base.artifacts(path):
            self.open_run.keep_again(kept, self.base.user_run)
        return True

    def _recorded(self, path: str) -> AgentCall:
        call = self.open_run.call(path)
        assert call is not None, f"nothing was recorded at {path}"
        return call
