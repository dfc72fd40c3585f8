"""Trace: a user run as spans of time, each inside its parent, in OpenTelemetry's words for generative AI.

    user run, flow → invoke_workflow      agent call → invoke_agent      run step → chat
    decision → plan                       tool call → execute_tool       any other node → its own kind

It is computed from the record: nothing global is set up, so any number of user runs in one process have each
their own trace. Ids are hashes of the user run's id and the path, so that the same log gives the same trace.
The names are those of the GenAI semantic conventions 1.42.0 (status: Development):
https://github.com/open-telemetry/semantic-conventions-genai
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from threadlab.journal.record import AgentCall, Record, ToolUse, Unit
from threadlab.journal.span_attributes import (
    Attributes,
    agent_name,
    of_call,
    of_step,
    of_tool,
    of_unit,
    of_user_run,
    problem_of,
)
from threadlab.journal.span_content import (
    said_in_call,
    said_in_step,
    said_in_tool,
    said_in_unit,
    said_in_user_run,
)
from threadlab.objects.fault import Fault
from threadlab.objects.run_step import RunStep

ROOT = ""
TURN = "turn"
OPERATIONS = frozenset({"invoke_workflow", "invoke_agent", "chat", "execute_tool", "plan"})
"""What the conventions name; a span of any other operation does not claim to be one of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of work. Times are Unix seconds; `end` is None while it goes on, or if nobody saw it.

    `problem` says in words why it failed. `reused` is the user run in which this was done; here it was only
    taken over, which took no time.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    operation: str
    path: str
    start: float
    end: float | None = None
    status: str = "unset"
    problem: str = ""
    reused: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """How long it took; None where its end is not known."""
        return None if self.end is None else max(0.0, self.end - self.start)


def spans(record: Record, *, content: bool = False) -> tuple[Span, ...]:
    """The trace of a user run, the user run itself first. With `content` it has what was said, too."""
    return tuple(_Trace(record, content).spans())


def trace_id(user_run: str) -> str:
    """The id of a user run's trace: 32 hexadecimal digits."""
    return sha256(user_run.encode()).hexdigest()[:32]


def span_id(user_run: str, path: str) -> str:
    """The id of the span of the unit at that path ("" for the user run itself): 16 hexadecimal digits."""
    return sha256(f"{user_run}/{path}".encode()).hexdigest()[:16]


class _Trace:
    """The spans of one record; with `content` they tell what was said."""

    def __init__(self, record: Record, content: bool) -> None:
        self.record = record
        self.content = content
        self.calls = {call.path: call for call in record.calls}  # the latest, of one that was made again
        self.flows = _flows(record)
        self.tools = {use.path for call in record.calls for use in call.tools if _was_begun(use)}
        self.paths = {*self.calls, *self.flows} | {unit.path for unit in record.units}

    def spans(self) -> Iterator[Span]:
        yield self._of_user_run()
        for path, parts in self.flows.items():
            yield self._of_flow(path, parts)
        for unit in self.record.units:
            yield self._of_unit(unit)
        for number, call in enumerate(self.record.calls):
            own = call.path if self.calls[call.path] is call else f"{call.path}#{number}"
            yield self._of_call(call, own)
            for step in call.steps:
                yield self._of_step(step, call, own)
            for use in call.tools:
                if _was_begun(use):
                    yield self._of_tool(use, call, own)

    def _of_user_run(self) -> Span:
        record = self.record
        return self._span(
            ROOT,
            None,
            "invoke_workflow",
            f"invoke_workflow {record.received.body}",
            (record.created_at, record.ended_at),
            record.status,
            {**of_user_run(record), **self._said(said_in_user_run, record)},
            record.error or (Fault(record.status, record.reason) if record.reason else None),
        )

    def _of_flow(self, path: str, parts: tuple[AgentCall | Unit, ...]) -> Span:
        """A flow left no fact of its own: it lasts as long as its nodes, and fails with one of them."""
        name = path.rpartition(".")[2]
        start = min(part.started_at for part in parts)
        end = max(part.started_at + (0 if part.reused else part.seconds) for part in parts)
        worst = next((part for part in parts if part.status != "completed"), parts[-1])
        about = {"gen_ai.workflow.name": name}
        is_over = worst.status != "in_progress"
        return self._span(
            path,
            self._parent(path),
            "invoke_workflow",
            f"invoke_workflow {name}",
            (start, end if is_over else None),
            worst.status,
            about,
            worst.error,
        )

    def _of_unit(self, unit: Unit) -> Span:
        end = None if unit.status == "in_progress" else unit.started_at + unit.seconds
        return self._span(
            unit.path,
            self._parent(unit.path),
            unit.kind,
            f"{unit.kind} {unit.path.rpartition('.')[2]}",
            (unit.started_at, end),
            unit.status,
            {**of_unit(unit), **self._said(said_in_unit, unit)},
            unit.error,
            unit.reused,
        )

    def _of_call(self, call: AgentCall, own: str) -> Span:
        end = None if call.status in ("in_progress", "abandoned") else call.started_at + call.seconds
        return self._span(
            own,
            self._parent(call.path),
            "invoke_agent",
            f"invoke_agent {agent_name(self.record, call)}".strip(),
            (call.started_at, end),
            call.status,
            {**of_call(self.record, call), **self._said(said_in_call, call)},
            call.error,
            call.reused,
        )

    def _of_step(self, step: RunStep, call: AgentCall, own: str) -> Span:
        """The service tells whole seconds; for all that a step does not begin before its agent call."""
        ends = (step.completed_at, step.failed_at, step.cancelled_at, step.expired_at)
        end = next((at for at in ends if at is not None), None)
        start = call.started_at if call.reused else max(step.created_at or 0, call.started_at)
        about = of_step(step, call)
        return self._span(
            f"{own}/{step.id}",
            own,
            "chat",
            f"chat {about.get('gen_ai.request.model', '')}".strip(),
            (start, None if end is None else max(start, end)),
            step.status,
            {**about, **self._said(said_in_step, step, call)},
            step.error,
            call.reused,
        )

    def _of_tool(self, use: ToolUse, call: AgentCall, own: str) -> Span:
        start = call.started_at if use.reused else max(call.started_at, use.started_at or 0)
        end = None if use.seconds is None else start + use.seconds
        status = {True: "completed", False: "failed", None: "in_progress"}[use.ok]
        return self._span(
            self._tool_path(own + use.path.removeprefix(call.path)),
            own,
            "execute_tool",
            f"execute_tool {use.name}",
            (start, end),
            status,
            {**of_tool(use, call), **self._said(said_in_tool, use)},
            Fault("tool_error", "") if use.ok is False else None,
            use.reused,
        )

    def _said(self, said: Callable[..., Attributes], *given: object) -> Attributes:
        return said(*given) if self.content else {}

    def _tool_path(self, path: str) -> str:
        """Its own, but for a tool that asked an agent: that agent call has the plain path."""
        return f"{path}/tool" if path in self.calls else path

    def _parent(self, path: str) -> str:
        """What made it: the tool that asked an agent, else the nearest path above that has a span."""
        if path in self.tools:
            return self._tool_path(path)
        while "." in path:
            path = path.rpartition(".")[0]
            if path in self.paths:
                return path
        return ROOT

    def _span(
        self,
        path: str,
        parent: str | None,
        operation: str,
        name: str,
        times: tuple[float, float | None],
        status: str,
        about: Attributes,
        error: Fault | None = None,
        reused: str = "",
    ) -> Span:
        id = self.record.id
        told = (
            {"gen_ai.operation.name": operation} if operation in OPERATIONS else {"threadlab.kind": operation}
        )
        problem = problem_of(status, error)
        told |= {"threadlab.status": status} | ({"error.type": problem.code} if problem else {})
        if reused:
            told |= {"threadlab.reused": reused}
            times = (times[0], times[0])
        return Span(
            trace_id=trace_id(id),
            span_id=span_id(id, path),
            parent_id=None if parent is None else span_id(id, parent),
            name=name,
            operation=operation,
            path=path,
            start=times[0],
            end=times[1],
            status="ok" if status == "completed" else "error" if problem else "unset",
            problem=problem.message if problem else "",
            reused=reused,
            attributes={**told, **about},
        )


def _was_begun(use: ToolUse) -> bool:
    return use.started_at is not None or use.output is not None


def _flows(record: Record) -> dict[str, tuple[AgentCall | Unit, ...]]:
    """The components between the root and the nodes, each with the nodes in it; a turn has none."""
    found: dict[str, tuple[AgentCall | Unit, ...]] = {}
    if record.received.body == TURN:
        return found
    calls = {one.path: one for one in record.calls}
    nodes: dict[str, AgentCall | Unit] = {one.path: one for one in record.units} | calls
    for path, node in nodes.items():
        above = _paths_above(path)
        if not any(one in calls for one in above):  # what an agent call delegates is no flow
            for flow in above[1:]:  # the first is the body itself
                if flow not in nodes:  # a choice has a span of its own
                    found[flow] = (*found.get(flow, ()), node)
    return found


def _paths_above(path: str) -> list[str]:
    """For "writer.draft.text": "writer", "writer.draft"."""
    parts = path.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]
