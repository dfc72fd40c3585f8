"""Request: everything that a unit of work is given, and the hash that says whether two are the same.

Ids and times are not in it: the same question to the same agent in the same conversation is the same
request, on whatever thread, at whatever service. What a hash cannot say, the fields can: `differences`
names what is not equal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from threadlab.history.contexts.context import Context
from threadlab.history.reading.differences import field_differences
from threadlab.journal.record import AgentCall, Record
from threadlab.journal.redaction import Redaction
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent

LONGEST_SHOWN = 60


def agent_request(config: Config, agent: Agent, context: Context, prompt: str) -> dict[str, Any]:
    """What an agent call is given, as plain data."""
    return {
        "agent": _definition(agent),
        "options": dict(config.options),
        "tools": [dict(tool) for tool in config.tools],
        "context": [{"role": one.role, "text": one.text} for one in context.said],
        "prompt": prompt,
    }


def request_of(record: Record, call: AgentCall, context: Context) -> dict[str, Any]:
    """What a recorded call was given."""
    agent = record.config.agents[call.agent]
    config = replace(record.config, options=record.config.options_of(call.agent))
    return agent_request(config, agent, context, call.prompt)


def request_hash(request: Mapping[str, Any]) -> str:
    """The SHA-256 of the request's canonical JSON; secrets count as hidden, for so they are recorded."""
    content = Redaction().hidden(request)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Field by field what is not equal, in words: "agent.instructions: 'Be brief.' → 'Be long.'"."""
    found = field_differences(recorded, wanted)
    return tuple(f"{one.field}: {_shown(one.a)} → {_shown(one.b)}" for one in found)


def _definition(agent: Agent) -> dict[str, Any]:
    return {
        "name": agent.name,
        "model": agent.model,
        "instructions": agent.instructions,
        "tools": [dict(tool) for tool in agent.tools],
        **({"tool_resources": dict(agent.tool_resources)} if agent.tool_resources else {}),
    }


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
