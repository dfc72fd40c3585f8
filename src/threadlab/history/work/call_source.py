"""Call source: where the result of a tool call comes from. Each call has exactly one, whatever happens.

1. this user run's own log: a result on disk is used again, never made again
2. "interrupted", where the log says that it was started and not how it ended, unless its tool is repeatable
3. the base's log, where it may be reused: the same call of the same agent call, with the same arguments
4. whoever has the tool, or, where nobody here has it, whoever answers the interrupt
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.history.plans.memo import Memo
from threadlab.history.work.delivered_answer import delivered
from threadlab.history.work.handle import CurrentUserRun, at_work
from threadlab.history.work.open_run import OpenRun
from threadlab.journal.fact import Interrupted, Logged
from threadlab.journal.record import ToolUse
from threadlab.journal.values import InterruptKind
from threadlab.objects.approval import Approval
from threadlab.objects.event import Event, ToolFinished
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.tools.outcome import Outcome, failure
from threadlab.tools.toolbox import Toolbox

INTERRUPTED = failure(
    "Interrupted",
    "this call was started, and nobody saw how it ended; whether it had its effect is not known",
    "look first whether it had, before you ask for it again",
)
NEVER_MADE = failure("Interrupted", "the run was stopped before this call was made")


@dataclass(slots=True, kw_only=True)
class CallSource:
    """The results of one agent call's tools. `own` is what this log said when its process took it up.

    `declared` are the function names that the agent knows; `deadline` is when its run expires (Unix
    seconds); `raise_unless_allowed` raises when no more is to be started, `allows` says what may be taken
    from the base. `reused` says of results whose they are, by call id.
    """

    open_run: OpenRun
    path: str
    tools: AnsweringTools | None
    declared: Collection[str]
    own: Memo
    base: Memo
    allows: Callable[[str], bool]
    handle: CurrentUserRun
    raise_unless_allowed: Callable[[], None]
    deadline: float | None = None
    reused: dict[str, str] = field(default_factory=dict)
    _approvals: dict[str, Approval] = field(default_factory=dict)

    @property
    def is_attended(self) -> bool:
        """Whether somebody sees the events as they come, and may decide."""
        return self.open_run.attended

    def result(self, call: ToolCall) -> ToolOutput | ToolFinished | None:
        """The call's result, if it is known without making it; an output if this log tells of it already."""
        use = self.use(call)
        if use.output is not None:
            return ToolOutput(call.id, use.output)
        if (before := self.own.tool_at(use.path, call.arguments)) and before.output is not None:
            return self._again(call, before, self.own.user_run)
        if before is not None and before.started_at is not None and call.name not in self._repeatable():
            return self._finished(call, INTERRUPTED)
        recorded = self.base.tool_at(use.path, call.arguments)
        if recorded and recorded.ok and self.allows(use.path):
            for kept in self.base.artifacts(self.path):
                self.open_run.keep_again(kept, self.base.user_run)
            return self._again(call, recorded, recorded.reused or self.base.user_run)
        return None

    def unanswered(self) -> Iterator[ToolFinished]:
        """A result for each call of this agent call that will never have another."""
        made = self.open_run.call(self.path)
        for use in made.tools if made else ():
            if use.output is None:
                call = ToolCall(id=use.call_id, name=use.name, arguments=use.arguments)
                yield self._finished(call, NEVER_MADE if use.started_at is None else INTERRUPTED)

    def who(self, call: ToolCall) -> AnsweringTools | None:
        """Who makes the call; None where the agent was told of a tool that nobody here has."""
        names = [
            (one.get("function") or {}).get("name") for one in (self.tools.definitions if self.tools else ())
        ]
        return None if call.name in self.declared and call.name not in names else self.tools

    def ask_for_output(self, call: ToolCall) -> tuple[str, str | None]:
        """Ask whoever answers interrupts for a call's output: the interrupt's id, and the output if given."""
        asked = self._interrupt(call, "tool_outputs", f"What does {call.name}({call.arguments}) give?")
        return asked.id, self.open_run.ask(asked)

    def ask_for_approval(self, approval: Approval) -> str:
        """Ask whether a call may be made; the interrupt's id while nobody has said so, else nothing."""
        call = approval.call
        asked = self._interrupt(call, "approval", f"May {call.title}({call.arguments}) be called?")
        if not approval.editable:
            asked = replace(asked, detail={**asked.detail, "editable": False})
        answer = self.open_run.ask(asked)
        if answer is None:
            self._approvals[call.id] = approval
            return asked.id
        _apply(answer, approval)
        return ""

    def take_answer(self, call: ToolCall) -> None:
        """See whether somebody elsewhere has decided on it meanwhile."""
        approval = self._approvals.get(call.id)
        if approval is None or approval.decision.done():
            return
        question = self.use(call).path
        if (answer := delivered(self.open_run.directory.folder, question)) is not None:
            self.open_run.answered(question, answer, "user")
            _apply(answer, approval)

    def decided(self, call: ToolCall) -> None:
        """The call goes on: if somebody who watches has decided on it, write that down."""
        if (approval := self._approvals.get(call.id)) is not None and approval.decision.done():
            del self._approvals[call.id]
            self.open_run.answered(self.use(call).path, _words(approval), "whoever watched")

    def left_hanging(self, call: ToolCall) -> None:
        """Write down that the tool is still at work, and that nobody waits for it any more."""
        self.open_run.write(
            Logged(
                level="warning", text=f"{call.name} did not come to its end: left", path=self.use(call).path
            )
        )

    def next_of(self, events: Iterator[Event]) -> Event | None:
        """The next event, drawn where tools find their user run: see `current_user_run`."""
        with at_work(self.handle, self.path):
            return next(events, None)

    def use(self, call: ToolCall) -> ToolUse:
        """The call as this log tells of it."""
        made = self.open_run.call(self.path)
        return next(one for one in (made.tools if made else ()) if one.call_id == call.id)

    def _interrupt(self, call: ToolCall, kind: InterruptKind, question: str) -> Interrupted:
        return Interrupted(
            id=self.use(call).path,
            kind=kind,
            question=question,
            detail={"call_id": call.id, "name": call.name, "arguments": call.arguments},
            deadline=self.deadline,
        )

    def _again(self, call: ToolCall, use: ToolUse, origin: str) -> ToolFinished:
        self.reused[call.id] = origin
        return self._finished(call, Outcome(use.output or "", ok=bool(use.ok)))

    def _finished(self, call: ToolCall, outcome: Outcome) -> ToolFinished:
        output = ToolOutput(call.id, outcome.output)
        return ToolFinished(at=self.open_run.time.now(), call=call, output=output, ok=outcome.ok, seconds=0.0)

    def _repeatable(self) -> frozenset[str]:
        tools = self.tools if isinstance(self.tools, Toolbox) else ()
        return frozenset(tool.name for tool in tools if tool.repeatable)


def _apply(answer: str, approval: Approval) -> None:
    """Decide as an answer says: "approve", "approve {arguments}", "deny", "deny: reason"."""
    if answer.startswith("approve"):
        approval.approve(answer.removeprefix("approve").strip() or None)
    else:
        approval.deny(answer.removeprefix("deny").removeprefix(":").strip() or "the user said no")


def _words(approval: Approval) -> str:
    decision = approval.decision.result()
    if not decision.approved:
        return f"deny: {decision.reason}"
    edited = decision.arguments != approval.call.arguments
    return f"approve {decision.arguments}" if edited else "approve"
