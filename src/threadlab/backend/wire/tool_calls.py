"""Tool calls on the wire: of each kind what stands beside its id and type.

Most kinds have an object of their own name. mcp is flat, and openapi has a `function` that azure-ai-agents
1.2.0b6 reads in its traces, beside the `openapi` that 1.1.0 has.
"""

from __future__ import annotations

import json
from typing import Any

from threadlab.backend.records import CallRecord
from threadlab.backend.wire.tools import CLOUD, HOSTED

Json = dict[str, Any]


def required_action(calls: list[CallRecord]) -> Json:
    """What a run waits for: outputs of these calls, or (1.2.0b6) approval of them."""
    if calls[0].approval == "needed":
        asked = [{"id": call.id, "type": call.kind, **_mcp(call)} for call in calls]
        return {"type": "submit_tool_approval", "submit_tool_approval": {"tool_calls": asked}}
    asked = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}}


def of_call(call: CallRecord, *, content: bool = False) -> Json:
    """All of a call. With `content`, the results of a file search come with their text."""
    if call.kind == "mcp":
        return {**_mcp(call), "output": call.output}
    if call.kind == "openapi":
        said = {"name": call.name, "arguments": call.arguments, "output": call.output}
        return {"openapi": {name: text or "" for name, text in said.items()}, "function": said}
    if call.kind in HOSTED or call.kind in CLOUD:
        return {call.kind: _detail(call, content)}
    said = {"name": call.name, "arguments": call.arguments, "output": call.output}
    return {call.kind: {**said, **child_of(call)}}


def of_piece(call: CallRecord, piece: Json) -> Json | None:
    """A piece of a call: first its name, later more of its arguments; None where those are not shown."""
    is_first = "id" in piece
    if call.kind == "code_interpreter" and not is_first:
        return {call.kind: {"input": code_of(call.arguments)}}
    if call.kind in HOSTED or call.kind in CLOUD:
        return {call.kind: {}} if is_first else None
    said = {"arguments": piece["arguments"]}
    if call.kind == "mcp":
        return {**_mcp(call), **said} if is_first else said
    if is_first:
        said = {"name": call.name, **said, "output": None}
    return {"openapi": {}, "function": said} if call.kind == "openapi" else {call.kind: said}


def of_answer(call: CallRecord, *, content: bool = False) -> Json:
    """What became of a call that this side answers: the run it was handed to, then its output."""
    if call.kind == "code_interpreter":  # its input was shown before
        outputs = _detail(call, content)["outputs"]
        return {call.kind: {"outputs": [{"index": index, **output} for index, output in enumerate(outputs)]}}
    if call.kind in HOSTED or call.kind in CLOUD:
        return {call.kind: _detail(call, content)}
    if call.kind == "mcp":  # the SDK's piece of such a call must have arguments
        return {**_mcp(call), "output": call.output}
    said = child_of(call) if call.output is None else {"output": call.output}
    return {"openapi": {}, "function": said} if call.kind == "openapi" else {call.kind: said}


def code_of(arguments: str) -> str:
    """The code that code_interpreter is called with; what is not in the right form, as it is."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return arguments
    code = given.get("input") if isinstance(given, dict) else None
    return code if isinstance(code, str) else arguments


def child_of(call: CallRecord) -> Json:
    """The run that a call was handed to, under the names that the service has for it."""
    if call.run_id is None:
        return {}
    return {"run_id": call.run_id, "thread_id": call.thread_id, "assistant_id": call.agent_id}


def _mcp(call: CallRecord) -> Json:
    name = call.name.removeprefix(f"{call.server_label}_")
    return {"name": name, "arguments": call.arguments, "server_label": call.server_label}


def _detail(call: CallRecord, content: bool) -> Json:
    """What came of a hosted tool's call; without the text of what a search found, unless it is asked for."""
    detail = dict(call.detail or {})
    if call.kind == "code_interpreter":
        return {"input": code_of(call.arguments), "outputs": [], **detail}
    if not content and "results" in detail:
        detail["results"] = [
            {name: result[name] for name in result if name != "content"} for result in detail["results"]
        ]
    return detail
