"""User runs made by hand: whole records with no service behind them, for everything that only reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from threadlab.journal.fact import Received
from threadlab.journal.record import AgentCall, QueueEntry, Record, ToolUse
from threadlab.journal.values import Command, Config, Trigger, Verb
from threadlab.objects.agent import Agent
from threadlab.objects.fault import Fault
from threadlab.objects.usage import Usage

BEGAN = 1_750_000_000.0
"""When the first user run by hand was received, in Unix seconds."""

ADA = Agent(id="asst_1", name="Ada", model="gpt-4o", instructions="Answer briefly.")


def agent_call(
    path: str = "1",
    prompt: str = "What is the weather in Turin?",
    output: str = "It is sunny in Turin.",
    *,
    agent: str = "Ada",
    status: str = "completed",
    usage: Usage | None = None,
    seconds: float = 2.0,
    at: float = BEGAN,
    tools: Sequence[ToolUse] = (),
    **others: Any,
) -> AgentCall:
    """One call of an agent; 100 tokens read and 20 written unless told otherwise."""
    return AgentCall(
        path=path,
        agent=agent,
        prompt=prompt,
        request=f"hash of {prompt}",
        thread_id="thread_1",
        status=status,
        output=output,
        usage=Usage(100, 20) if usage is None else usage,
        started_at=at,
        seconds=seconds,
        tools=tuple(tools),
        **others,
    )


def tool_use(
    name: str = "get_weather",
    arguments: str = '{"city": "Turin"}',
    output: str | None = "sunny",
    *,
    path: str = "",
    ok: bool | None = True,
    seconds: float | None = 0.5,
    at: float = BEGAN + 1,
    reused: str = "",
) -> ToolUse:
    """One call of a tool, the first of the first command unless told otherwise."""
    return ToolUse(
        path=path or f"1.{name}.1",
        name=name,
        arguments=arguments,
        call_id=f"call_{name}",
        output=output,
        ok=ok,
        started_at=at,
        seconds=seconds,
        reused=reused,
    )


def config(*agents: Agent, options: Mapping[str, Any] | None = None) -> Config:
    """A configuration with these agents, or Ada alone."""
    return Config(
        place="in this process",
        protocol="classic",
        agents={agent.name or agent.id: agent for agent in agents or (ADA,)},
        options=options or {},
    )


def user_run(
    name: str = "turn-1",
    text: str = "What is the weather in Turin?",
    calls: Sequence[AgentCall] | None = None,
    *,
    status: str = "completed",
    parent: str | None = None,
    base: str | None = None,
    verb: Verb = "turn",
    at: float = BEGAN,
    error: Fault | None = None,
    using: Config | None = None,
    branch: str = "main",
    **others: Any,
) -> Record:
    """A user run: one call of Ada that is answered, unless told otherwise."""
    calls = (agent_call(prompt=text, at=at),) if calls is None else tuple(calls)
    received = Received(
        user_run=name,
        trigger=Trigger(type="user"),
        branch=branch,
        config=using or config(),
        input=text,
        commands=tuple(Command(text=one.prompt, agent=one.agent) for one in calls if "." not in one.path),
        parent=parent,
        base=base,
        verb=verb,
    )
    open_ones = ("queued", "in_progress", "requires_action")
    told = Record(
        received=received,
        created_at=at,
        status=status,
        queue=tuple(QueueEntry(command=one, status=status) for one in received.commands),
        calls=calls,
        started_at=None if status == "queued" else at,
        ended_at=None
        if status in open_ones
        else at + sum(one.seconds for one in calls if "." not in one.path),
        output=calls[-1].output if calls else "",
        error=error,
        parent=parent,
    )
    return replace(told, **others)


def path_of(*records: Record) -> tuple[Record, ...]:
    """The records one after another: each the parent of the next, a minute apart."""
    parents = (None, *(record.id for record in records))
    return tuple(
        replace(record, parent=parent, created_at=BEGAN + 60 * place)
        for place, (record, parent) in enumerate(zip(records, parents, strict=False))
    )
