"""Steps taken: what a user run did, as one flat sequence, whatever service it did it at.

An agent call is a step, so is each tool call in it, the answer that ended it, and a node of a flow.
Comparing, finding the slowest, scoring and drawing all read this one sequence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from threadlab.journal.record import AgentCall, Record, ToolUse, Unit
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.usage import Usage

NOTHING = Usage()
StepKind = Literal["agent call", "tool call", "answer", "node"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """One step: `given` went in, `gave` came out, both as text; `seconds` is None where nobody told.

    An agent call spans its tool calls and its answer, and alone has tokens and cost; `reused` names the user
    run whose result it took over.
    """

    kind: StepKind
    path: str
    name: str
    given: str = ""
    gave: str = ""
    status: str = "completed"
    at: float = 0.0
    seconds: float | None = None
    usage: Usage = NOTHING
    model: str = ""
    reused: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same step in another user run: its kind and name, not what went through it."""
        return self.kind, self.name

    @property
    def asked(self) -> str:
        """What went in, a tool's arguments in words, so that the spacing of JSON makes no difference."""
        return arguments_in_words(self.given) if self.kind == "tool call" else self.given

    @property
    def came(self) -> str:
        """What came out, the failure of a tool in words."""
        return failure_in_words(self.gave) if self.status == "failed" else self.gave

    @property
    def words(self) -> str:
        """The step on one line: "Ada", "get_weather(city=Turin)", "Ada answers"."""
        if self.kind == "tool call":
            return f"{self.name}({self.asked})"
        return f"{self.name} answers" if self.kind == "answer" else self.name


def steps_taken(record: Record) -> tuple[StepTaken, ...]:
    """All steps of a user run, in order. Pure."""
    of_calls = [step for call in record.calls for step in _of_call(record, call)]
    nodes = [_of_node(unit) for unit in record.units]
    return tuple(sorted([*of_calls, *nodes], key=lambda step: step.at) if nodes else of_calls)


def model_of(record: Record, call: AgentCall) -> str:
    """The model that answered a call: the run's own word, else the agent's as it was configured."""
    if call.run is not None and call.run.model:
        return call.run.model
    agent = record.config.agents.get(call.agent)
    return agent.model if agent else ""


def hosted_calls(call: AgentCall) -> tuple[ToolCall, ...]:
    """The calls that the service answered itself: file search, code interpreter, MCP servers and the like."""
    return tuple(one for step in call.steps for one in step.tool_calls if one.kind != "function")


def arguments_in_words(arguments: str) -> str:
    """A call's JSON arguments as "city=Turin, days=2"; text that is no JSON object stays as it is."""
    try:
        told = json.loads(arguments)
    except ValueError:
        return arguments
    if not isinstance(told, dict):
        return arguments
    return ", ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in told.items()
    )


def failure_in_words(output: str) -> str:
    """A failed tool's output as "LookupError: there is no such city"; one that is told otherwise stays."""
    try:
        error = json.loads(output)["error"]
        return f"{error['type']}: {error['message']}"
    except (ValueError, LookupError, TypeError):
        return output


def _of_call(record: Record, call: AgentCall) -> Iterator[StepTaken]:
    yield StepTaken(
        kind="agent call",
        path=call.path,
        name=call.agent,
        given=call.prompt,
        gave=call.output,
        status=call.status,
        at=call.started_at,
        seconds=call.seconds,
        usage=call.usage,
        model=model_of(record, call),
        reused=call.reused,
    )
    yield from (_of_tool(call, use) for use in call.tools)
    yield from (_of_hosted(call, one) for one in hosted_calls(call))
    if call.output:
        yield StepTaken(
            kind="answer",
            path=f"{call.path}.answer",
            name=call.agent,
            gave=call.output,
            status=call.status,
            at=call.started_at + call.seconds,
            reused=call.reused,
        )


def _of_tool(call: AgentCall, use: ToolUse) -> StepTaken:
    if use.ok is not None:
        status = "completed" if use.ok else "failed"
    elif call.status != "in_progress":
        status = "interrupted"
    else:
        status = "requested" if use.started_at is None else "in_progress"
    return StepTaken(
        kind="tool call",
        path=use.path,
        name=use.name,
        given=use.arguments,
        gave=use.output or "",
        status=status,
        at=use.started_at or 0.0,
        seconds=use.seconds,
        reused=use.reused,
    )


def _of_hosted(call: AgentCall, one: ToolCall) -> StepTaken:
    return StepTaken(
        kind="tool call",
        path=f"{call.path}.{one.name or one.kind}",
        name=one.name or one.kind,
        given=one.arguments,
        gave=one.output or "",
        reused=call.reused,
    )


def _of_node(unit: Unit) -> StepTaken:
    return StepTaken(
        kind="node",
        path=unit.path,
        name=unit.path,
        gave="" if unit.result is None else json.dumps(unit.result, ensure_ascii=False, default=str),
        status=unit.status,
        at=unit.started_at,
        seconds=unit.seconds,
        reused=unit.reused,
    )
