"""What is wrong with a run's tool calls, or with the outputs that were submitted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from threadlab.diagnosis.evidence import Evidence
from threadlab.diagnosis.finding import Finding
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.wire_entry import WireEntry


def calls(evidence: Evidence) -> Iterator[Finding]:
    """Calls that no tool can take: arguments that are no JSON object, a tool that nobody gave."""
    run = evidence.now
    made = [call for step in evidence.steps for call in step.tool_calls if call.kind == "function"]
    given = {tool["function"]["name"] for tool in run.tools if tool.get("type") == "function"}
    for call in made:
        if given and call.name not in given:
            yield Finding(
                reason="unknown_tool",
                found=f"the model called {call.name}, and the run was given {', '.join(sorted(given))} only",
                next="answer the call with an error as its output: the model then tries another way",
            )
        elif not _is_object(call.arguments):
            yield Finding(
                reason="bad_arguments",
                found=f"the arguments of {call.name} are no JSON object: {call.arguments!r:.80}",
                next="answer the call with an error as its output that says so, do not raise: the model "
                "then writes them again",
            )


def outputs(evidence: Evidence) -> Iterator[Finding]:
    """A run that waits for outputs, or ended waiting: were they sent, and what was wrong with them."""
    run = evidence.now
    open_calls = run.required_calls or tuple(
        call
        for step in evidence.steps
        for call in step.tool_calls
        if call.output is None and step.status in ("expired", "cancelled", "failed")
    )
    lost = evidence.struck("lost_outputs")
    if not open_calls:
        if lost:
            yield Finding(
                reason="outputs_lost",
                found=f"{lost.effect} once; the client submitted them again",
                next="nothing: a run that still waits for the same calls may be answered again",
            )
        return
    if open_calls[0].kind == "mcp" and run.status in ("requires_action", "expired"):
        yield _unapproved(run.status, open_calls)
        return
    sent = evidence.sent("/submit_tool_outputs")
    refused = [entry for entry in sent if entry.status is not None and 400 <= entry.status < 500]
    taken = [entry for entry in sent if entry.status == 200 and _fits(entry, open_calls)]
    if taken:
        yield Finding(
            reason="outputs_lost",
            found=f"outputs were acknowledged (request {taken[-1].number}) and never reached the run",
            next="submit the same outputs once more while the run waits for them, else start a new run",
        )
    elif refused:
        yield _refused(refused[-1], open_calls)
    elif run.status == "requires_action":
        names = ", ".join(call.title for call in open_calls)
        yield Finding(
            reason="nobody_answers",
            found=f"the run waits for the outputs of {names}, and this client has submitted none",
            next="give tools: wait(run, tools=toolbox); or by hand: from threadlab.objects.tool_call import "
            "ToolOutput; run.submit([ToolOutput(call.id, text), …])",
        )


def _unapproved(status: str, open_calls: Sequence[ToolCall]) -> Finding:
    """Calls of an MCP server that nobody allowed."""
    names, waits = ", ".join(call.title for call in open_calls), status == "requires_action"
    return Finding(
        reason="nobody_approves",
        found=f"the run {'waits' if waits else 'waited'} for approval of {names}, calls of an MCP server, "
        "and nobody gave it: ten minutes after its start such a run expires",
        next="follow it with tools=Toolbox(approve=True), which asks a person; or by hand: from "
        "threadlab.objects.tool_call import ToolApproval; run.submit([ToolApproval(call.id, True), …]); "
        'or say "require_approval": "never" for the server in tool_resources.mcp',
    )


def _refused(entry: WireEntry, open_calls: Sequence[ToolCall]) -> Finding:
    """Which of the three it was: format, ids, or content."""
    kind, what = fault_of_submission(entry.request, [call.id for call in open_calls])
    return Finding(
        reason=f"outputs_{kind}",
        found=f"the outputs of request {entry.number} were refused: {what}",
        next={
            "format": 'send {"tool_outputs": [{"tool_call_id": …, "output": "…"}]}',
            "ids": "answer each call of run.required_calls exactly once, all in one request",
            "content": "an output is text: json.dumps(value) for anything else",
            "status": "submit only while the run is in requires_action: read it again",
        }[kind],
    )


def fault_of_submission(body: Any, expected: Sequence[str]) -> tuple[str, str]:
    """What is wrong with a submission's body: "format", "ids", "content", or "status" if nothing is."""
    items = body.get("tool_outputs") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return "format", "the body has no list of tool_outputs"
    if not all(isinstance(item.get("tool_call_id"), str) for item in items):
        return "format", "an output has no tool_call_id"
    if not all(isinstance(item.get("output"), str) for item in items):
        return "content", "an output is no text"
    given = [item["tool_call_id"] for item in items]
    if sorted(given) != sorted(expected):
        wrong = {
            "missing": [id for id in expected if id not in given],
            "not asked for": [id for id in given if id not in expected],
            "given twice": sorted({id for id in given if given.count(id) > 1}),
        }
        said = "; ".join(f"{name} {', '.join(ids)}" for name, ids in wrong.items() if ids)
        return "ids", f"the ids do not match the calls ({said})"
    return "status", "ids and texts are as they must be, so the run was not waiting then"


def _fits(entry: WireEntry, open_calls: Sequence[ToolCall]) -> bool:
    return fault_of_submission(entry.request, [call.id for call in open_calls])[0] == "status"


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
