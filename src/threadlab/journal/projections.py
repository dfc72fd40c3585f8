"""Projections: the files of a run directory that can be read off its log. Pure.

run.json                             the user run at a glance
messages.jsonl steps.jsonl tools.jsonl
static_inputs/                       what it was given before it began
<component>/<node>/result.json       what each node of a flow gave
.trace/                              spans, measurements, log lines; and the metadata that DAD wrote
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from threadlab.journal.codec import dumped, plain
from threadlab.journal.log_lines import log_line
from threadlab.journal.metrics import measurements
from threadlab.journal.record import AgentCall, Record, Unit
from threadlab.journal.trace import ROOT, Span, span_id, spans
from threadlab.objects.usage import Usage

_SAFE_PATH = re.compile(r"[\w-]+(\.[\w-]+)*")
TURN = "turn"
_TAKEN = frozenset({"artifacts", "static_inputs"})


def first_page(record: Record) -> Mapping[str, bytes]:
    """The one file that says how the user run stands."""
    return {"run.json": _readable(at_a_glance(record))}


def projections(record: Record) -> Mapping[str, bytes]:
    """The content of each file, by its path in the folder."""
    trace = spans(record)
    return {
        **first_page(record),
        "messages.jsonl": _lines(_messages(record)),
        "steps.jsonl": _lines(_steps(record)),
        "tools.jsonl": _lines(_whole(use) for use in record.tools),
        ".trace/trace.jsonl": _lines(_span(span) for span in trace),
        ".trace/metrics.jsonl": _lines(
            {"run_id": record.id, **_whole(one)} for one in measurements(record, trace)
        ),
        ".trace/logs.jsonl": _lines(_logs(record, trace)),
        ".trace/dad_metadata.json": _readable(_dad_metadata(record)),
        **_static_inputs(record),
        **_results(record),
    }


def at_a_glance(record: Record) -> dict[str, Any]:
    """The user run as one JSON object: what it was for, how it ended, its cost. Times are ISO 8601, UTC."""
    received = record.received
    return {
        "id": record.id,
        "status": record.status,
        "reason": record.reason,
        "branch": received.branch,
        "trigger": plain(received.trigger),
        "verb": received.verb,
        "body": received.body,
        "parent": record.parent,
        "base": received.base,
        "reuse": received.reuse,
        "changes": plain(received.changes),
        "created_at": _iso(record.created_at),
        "started_at": _iso(record.started_at),
        "ended_at": _iso(record.ended_at),
        "input": received.input,
        "output": record.output,
        "error": plain(record.error),
        "usage": _usage(record.usage),
        "decisions": list(record.decisions),
        "queue": [{**plain(one.command), "status": one.status} for one in record.queue],
        "agent_calls": [_call(call) for call in record.calls],
        "units": [
            {key: value for key, value in _whole(one).items() if key != "result"} for one in record.units
        ],
        "interrupts": plain(record.interrupts),
        "tickets": list(record.tickets),
        "summaries": plain(record.summaries),
        "artifacts": plain(record.artifacts),
        "scratch": plain(record.scratch),
        "promoted": plain(record.promoted),
        "plan": plain(record.plan),
        "config": plain(received.config),
        "schema": received.schema,
    }


def _call(call: AgentCall) -> dict[str, Any]:
    return {
        "path": call.path,
        "agent": call.agent,
        "status": call.status,
        "thread_id": call.thread_id,
        "run_id": call.run.id if call.run else None,
        "prompt": call.prompt,
        "output": call.output,
        "usage": _usage(call.usage),
        "seconds": call.seconds,
        "tools": [use.path for use in call.tools],
        "context": plain(call.context),
        "error": plain(call.error),
        "lost": list(call.lost),
        "request": call.request,
        "reused": call.reused,
    }


def _steps(record: Record) -> Iterator[dict[str, Any]]:
    for call in record.calls:
        for step in call.steps:
            yield {"path": call.path, **plain(step)}


def _messages(record: Record) -> Iterator[dict[str, Any]]:
    for call in record.calls:
        yield {
            "path": call.path,
            "id": call.message_id,
            "thread_id": call.thread_id,
            "run_id": None,
            "role": "user",
            "text": call.prompt,
            "at": call.started_at,
        }
        for message in call.messages:
            yield {
                "path": call.path,
                "id": message.id,
                "thread_id": message.thread_id,
                "run_id": message.run_id,
                "role": message.role,
                "text": message.text,
                "at": message.created_at,
            }


def _span(span: Span) -> dict[str, Any]:
    return {**_whole(span), "seconds": span.seconds}


def _logs(record: Record, trace: tuple[Span, ...]) -> Iterator[dict[str, Any]]:
    known = {span.path for span in trace}
    for entry in record.entries:
        line = log_line(entry)
        path = line.path
        while path and path not in known:
            path = path.rpartition(".")[0]
        yield {
            "at": _iso(line.at),
            "level": line.level,
            "text": line.text,
            "run_id": record.id,
            "span_id": span_id(record.id, path or ROOT),
            "path": line.path,
            "seq": line.seq,
        }


def _dad_metadata(record: Record) -> dict[str, Any]:
    received = record.received
    return {
        "run_id": record.id,
        "status": record.status,
        "created_at": _iso(record.created_at),
        "started_at": _iso(record.started_at),
        "completed_at": _iso(record.ended_at),
        "is_rerun": received.base is not None,
        "previous_run_id": received.base,
        "start_hierarchy_path": received.reuse.partition(" ")[2] or None,  # of "before PATH"
        "reuse": received.reuse,
        "error_msg": record.error.message if record.error else None,
        "error_code": record.error.code if record.error else None,
    }


def _static_inputs(record: Record) -> dict[str, bytes]:
    received = record.received
    files = {"static_inputs/input.txt": received.input.encode("utf-8", "replace")}
    if received.inputs:
        files["static_inputs/inputs.json"] = _readable(plain(received.inputs))
    return files


def is_component(path: str) -> bool:
    """Whether a unit of that path has a folder of its own: the dot path of a component has."""
    return bool(_SAFE_PATH.fullmatch(path)) and path.split(".")[0] not in _TAKEN


def result_file(unit: AgentCall | Unit) -> Mapping[str, bytes]:
    """What one component gave, in the folder of its path; nothing for a path that is no component's."""
    if not is_component(unit.path):
        return {}
    kind, result = ("agent_call", unit.output) if isinstance(unit, AgentCall) else (unit.kind, unit.result)
    told = {
        "path": unit.path,
        "kind": kind,
        "status": unit.status,
        "result": plain(result),
        "seconds": unit.seconds,
        "error": plain(unit.error),
        "reused": unit.reused,
    }
    if isinstance(unit, AgentCall):
        told["model"] = unit.run.model if unit.run else None
    return {f"{unit.path.replace('.', '/')}/result.json": _readable(told)}


def _results(record: Record) -> dict[str, bytes]:
    """What each component gave; the agent calls of a turn stand in run.json."""
    calls = () if record.received.body == TURN else record.calls
    made: tuple[AgentCall | Unit, ...] = (*calls, *record.units)
    return {path: content for unit in made for path, content in result_file(unit).items()}


def _whole(value: Any) -> dict[str, Any]:
    """All fields of an object, also those that are as by default: the lines of a table."""
    return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}


def _usage(usage: Usage) -> dict[str, Any]:
    return {**_whole(usage), "total_tokens": usage.total_tokens}


def _iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _lines(documents: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(dumped(one) for one in documents)


def _readable(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
