"""Span content: what was said in a span's work, as OpenTelemetry's GenAI conventions write it. Pure.

The conventions make it opt-in, for it is what people wrote. Messages are JSON text: each has a role, and
parts with a type (text, tool_call). What the model was given besides the prompt is not told, for nobody but
the service knows it word by word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from threadlab.journal.codec import plain
from threadlab.journal.record import AgentCall, Record, ToolUse, Unit
from threadlab.journal.span_attributes import Attributes
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall

INPUT = "gen_ai.input.messages"
OUTPUT = "gen_ai.output.messages"


def said_in_user_run(record: Record) -> Attributes:
    """The input and the output."""
    return {INPUT: _asked(record.received.input), **_answered(record.output)}


def said_in_call(call: AgentCall) -> Attributes:
    """The prompt and the answer; and the instructions that the run was given."""
    instructions = call.run.instructions if call.run else None
    told = {"gen_ai.system_instructions": _json([_text(instructions)])} if instructions else {}
    return {INPUT: _asked(call.prompt), **_answered(call.output), **told}


def said_in_step(step: RunStep, call: AgentCall) -> Attributes:
    """The message that the model wrote, or the tools that it asked for."""
    if step.tool_calls:
        asked = [_tool_call(one) for one in step.tool_calls]
        return {OUTPUT: _json([{"role": "assistant", "parts": asked, "finish_reason": "tool_call"}])}
    written = (message for message in call.messages if message.id == step.message_id)
    return _answered("\n".join(message.text for message in written))


def said_in_tool(use: ToolUse) -> Attributes:
    """The arguments and the result."""
    told = {"gen_ai.tool.call.arguments": use.arguments}
    return told if use.output is None else {**told, "gen_ai.tool.call.result": use.output}


def said_in_unit(unit: Unit) -> Attributes:
    """What a node gave."""
    return {} if unit.result is None else {"threadlab.result": _json(plain(unit.result))}


def _asked(text: str) -> str:
    return _json([{"role": "user", "parts": [_text(text)]}])


def _answered(text: str) -> dict[str, str]:
    answer = {"role": "assistant", "parts": [_text(text)], "finish_reason": "stop"}
    return {OUTPUT: _json([answer])} if text else {}


def _text(text: str) -> Mapping[str, Any]:
    return {"type": "text", "content": text}


def _tool_call(asked: ToolCall) -> Mapping[str, Any]:
    arguments = _value(asked.arguments)
    return {"type": "tool_call", "id": asked.id, "name": asked.name or asked.kind, "arguments": arguments}


def _value(arguments: str) -> Any:
    """The arguments as the value that their text says; the text itself, if the model wrote no JSON."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
