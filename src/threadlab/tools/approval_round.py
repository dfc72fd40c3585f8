"""Approval round: calls of MCP servers, which the service makes itself once it is told that it may.

The policy says which calls a person is asked about; the others are approved at once. Nothing runs here, so
no arguments can be changed, and what comes of a call stands in its run step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import Any

from threadlab.objects.approval import Approval, Decision
from threadlab.objects.event import ApprovalNeeded, Event
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolApproval, ToolCall
from threadlab.tools.approval_policy import Policy


class ApprovalRound:
    """Calls being approved or denied, as `objects/tool_round.py` promises it. Toolbox.begin makes it."""

    def __init__(self, calls: Sequence[ToolCall], policy: Policy, time: Time) -> None:
        self._calls = tuple(calls)
        self._policy = policy
        self._time = time
        self._lock = Lock()
        self._news: deque[Event] = deque()
        self._approvals: dict[str, ToolApproval] = {}
        self._abandoned = False
        self._told = False
        self._change: Future[Any] = Future()
        self._change.set_running_or_notify_cancel()  # no single waiter can cancel it for the others
        for call in self._calls:
            self._admit(call)

    def events(self) -> Iterator[Event]:
        """The approvals that are needed and were not told of yet."""
        while self._news:
            yield self._news.popleft()

    @property
    def outputs(self) -> tuple[ToolApproval, ...] | None:
        """One answer for each call, in the calls' order; None until all are decided."""
        with self._lock:
            if len(self._approvals) < len(self._calls):
                return None
            return tuple(self._approvals[call.id] for call in self._calls)

    def changed(self) -> Future[Any]:
        """Completes when all is decided, or nothing more is to be."""
        return self._change

    def abandon(self) -> None:
        """Forget the answers that are still to come."""
        with self._lock:
            self._abandoned = True
            self._news.clear()
        self._tell()

    def _admit(self, call: ToolCall) -> None:
        try:
            must_ask = self._policy(call)
        except Exception:  # nobody knows whether to ask, so the call is not made
            self._answer(call, False)
            return
        if not must_ask:
            self._answer(call, True)
            return
        approval = Approval(call, editable=False)
        self._news.append(ApprovalNeeded(at=self._time.now(), approval=approval))
        approval.decision.add_done_callback(partial(self._decided, call))

    def _decided(self, call: ToolCall, decision: Future[Decision]) -> None:
        """A person answered, in whatever thread that was."""
        self._answer(call, decision.result().approved)

    def _answer(self, call: ToolCall, approve: bool) -> None:
        with self._lock:
            if self._abandoned:
                return
            self._approvals[call.id] = ToolApproval(call.id, approve)
            is_over = len(self._approvals) == len(self._calls)
        if is_over:
            self._tell()

    def _tell(self) -> None:
        """Complete the promise, once, outside the lock: who waits for it may come back at once."""
        with self._lock:
            told, self._told = self._told, True
        if not told:
            self._change.set_result(None)
