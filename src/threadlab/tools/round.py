"""Round: the calls of one `requires_action` on their way to their outputs.

    call ──┬─ unknown tool, wrong arguments ──────────────────────────→ output: a failure
           ├─ a person is asked ─┬─ denied, wrong arguments ──────────→ output: a failure
           │                     └─ approved, as it was or edited ─┐
           └───────────────────────────────────────────────────────┴→ started → output

Drawing from `events` is what moves a round on: a call is started as its `ToolStarted` is handed out, in the
drawing thread; executors and approvals report from any thread. Every call ends in exactly one output.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any

from threadlab.objects.approval import Approval, Decision
from threadlab.objects.event import ApprovalNeeded, Event, ToolFinished, ToolStarted
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.tools.admission import denied, policy_failed, problem_with
from threadlab.tools.approval_policy import Policy
from threadlab.tools.executors.port import Executor
from threadlab.tools.outcome import Outcome, failure_of
from threadlab.tools.tool import Tool


class Round:
    """Calls being answered, as `objects/tool_round.py` promises it. Toolbox.begin makes it."""

    def __init__(
        self,
        calls: Sequence[ToolCall],
        tools: Mapping[str, Tool[..., Any]],
        executor: Executor,
        policy: Policy,
        time: Time,
    ) -> None:
        self._calls = {call.id: call for call in calls}
        self._tools = tools
        self._executor = executor
        self._policy = policy
        self._time = time
        self._lock = Lock()
        self._news: deque[Event] = deque()
        self._ready: deque[ToolCall] = deque()
        self._announced: deque[ToolCall] = deque()
        self._running: dict[str, Future[Outcome]] = {}
        self._answered: set[str] = set()
        self._outputs: dict[str, ToolOutput] = {}
        self._abandoned = False
        self._change = _promise()
        for call in self._calls.values():
            self._admit(call)

    def events(self) -> Iterator[Event]:
        """What is new, until nothing is. Starts the calls that are ready; a call runs only so.

        Tools that run at the same time are reported as they finish; `at` says when a thing happened.
        """
        while (event := self._next()) is not None:
            yield event

    @property
    def outputs(self) -> tuple[ToolOutput, ...] | None:
        """One output for each call, in the calls' order; None until all were drawn from `events`."""
        with self._lock:
            if len(self._outputs) < len(self._calls):
                return None
            return tuple(self._outputs[call_id] for call_id in self._calls)

    def changed(self) -> Future[Any]:
        """Completes when there is something to draw; at once if there is, or if nothing will ever be."""
        with self._lock:
            over = self._abandoned or len(self._outputs) == len(self._calls)
            if not (over or self._news or self._ready or self._announced):
                return self._change
        at_once = _promise()
        at_once.set_result(None)
        return at_once

    def abandon(self) -> None:
        """Start nothing more, stop what can be stopped, forget the rest. No event comes any more."""
        with self._lock:
            self._abandoned = True
            for pending in (self._news, self._ready, self._announced):
                pending.clear()
            running = list(self._running.values())
        for promise in running:
            promise.cancel()
        self._tell()

    def _next(self) -> Event | None:
        while True:
            with self._lock:
                call = self._announced.popleft() if self._announced else None
                if call is None:
                    return self._draw()
            self._start(call)

    def _draw(self) -> Event | None:
        """The next event. Background calls all start before any result is shown, others one by one."""
        if self._ready and (self._executor.in_background or not self._news):
            call = self._ready.popleft()
            self._announced.append(call)
            return ToolStarted(at=self._time.now(), call=call)
        if not self._news:
            return None
        event = self._news.popleft()
        if isinstance(event, ToolFinished):
            self._outputs[event.call.id] = event.output
        return event

    def _admit(self, call: ToolCall) -> None:
        """Take in a new call: fail it, ask a person, or make it ready."""
        if (wrong := problem_with(call, self._tools)) is not None:
            self._finish(call, wrong)
            return
        try:
            must_ask = self._tools[call.name].must_approve(call) or self._policy(call)
        except Exception as error:
            self._finish(call, policy_failed(call, error))
            return
        if must_ask:
            self._ask(call)
        else:
            self._ready.append(call)

    def _ask(self, call: ToolCall) -> None:
        approval = Approval(call, self._tools[call.name].validate)
        self._news.append(ApprovalNeeded(at=self._time.now(), approval=approval))
        approval.decision.add_done_callback(partial(self._decided, call))

    def _decided(self, call: ToolCall, decision: Future[Decision]) -> None:
        """A person answered, in whatever thread that was."""
        answer = decision.result()
        if not answer.approved:
            self._finish(call, denied(call, answer.reason))
            return
        approved = replace(call, arguments=answer.arguments)
        if (wrong := problem_with(approved, self._tools)) is not None:
            self._finish(approved, wrong)
            return
        with self._lock:
            if not self._abandoned:
                self._ready.append(approved)
        self._tell()

    def _start(self, call: ToolCall) -> None:
        started = self._time.now()
        try:
            promise = self._executor.submit(self._tools[call.name], call.arguments)
        except BaseException as error:
            self._finish(call, failure_of(error))
            if not isinstance(error, Exception):
                raise  # an interrupt belongs to whoever follows; the call has its output all the same
            return
        with self._lock:
            self._running[call.id] = promise
            unwanted = self._abandoned
        promise.add_done_callback(partial(self._ended, call, started))
        if unwanted:
            promise.cancel()

    def _ended(self, call: ToolCall, started: float, promise: Future[Outcome]) -> None:
        if not promise.cancelled():
            self._finish(call, promise.result(), started)

    def _finish(self, call: ToolCall, outcome: Outcome, started: float | None = None) -> None:
        """Give the call its one output; `started` is None for a call that never ran."""
        now = self._time.now()
        event = ToolFinished(
            at=now,
            call=call,
            output=ToolOutput(call.id, outcome.output),
            ok=outcome.ok,
            seconds=0.0 if started is None else now - started,
        )
        with self._lock:
            self._running.pop(call.id, None)
            if self._abandoned or call.id in self._answered:
                return
            self._answered.add(call.id)
            self._news.append(event)
        self._tell()

    def _tell(self) -> None:
        """Complete the promise of a change, outside the lock: who waits for it may come back at once."""
        with self._lock:
            change, self._change = self._change, _promise()
        change.set_result(None)


def _promise() -> Future[Any]:
    """A future that no single waiter can cancel for the others."""
    promise: Future[Any] = Future()
    promise.set_running_or_notify_cancel()
    return promise
