"""Schemas: the JSON of every answer, as data. `openapi.py` publishes them, and tests hold answers to them.

JSON Schema of OpenAPI 3.1 (draft 2020-12). Objects are closed: a field that is not named here is a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def ref(name: str) -> Json:
    """A reference to a schema of the description."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    """An object of exactly these properties, of which some may be missing."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def nullable(schema: Json) -> Json:
    """Null or that."""
    return {"anyOf": [schema, {"type": "null"}]}


def choice(*values: Any) -> Json:
    """One of these values."""
    return {"enum": list(values)}


def array_of(name: str) -> Json:
    """Any number of these objects."""
    return {"type": "array", "items": ref(name)}


def list_of(name: str) -> Json:
    """One page of a list of these objects."""
    return closed(
        {
            "object": choice("list"),
            "data": {"type": "array", "items": ref(name)},
            "first_id": nullable(TEXT),
            "last_id": nullable(TEXT),
            "has_more": {"type": "boolean"},
        }
    )


TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
SECONDS: Json = {"type": "integer", "description": "Unix time in whole seconds."}
ANYTHING: Json = {}
OBJECT: Json = {"type": "object"}
OBJECTS: Json = {"type": "array", "items": OBJECT}
METADATA: Json = {"type": "object", "additionalProperties": TEXT}
REASON = nullable(closed({"reason": TEXT}))
CODED = nullable(closed({"code": TEXT, "message": TEXT}))
TOKENS = nullable(
    closed(
        {
            "prompt_tokens": COUNT,
            "completion_tokens": COUNT,
            "total_tokens": COUNT,
            "estimated": choice(True),
        },
        optional=("estimated",),
    )
)
RUN_STATUSES = (
    "queued", "in_progress", "requires_action", "cancelling",
    "cancelled", "failed", "completed", "incomplete", "expired",
)  # fmt: skip
STEP_STATUSES = ("in_progress", "cancelled", "failed", "completed", "expired")

_PART = closed({"type": choice("text"), "text": closed({"value": TEXT, "annotations": OBJECTS})})
_FILE = {"type": "object", "properties": {"type": choice("image_file", "image_url")}, "required": ["type"]}
_TEXT_PIECE = closed({"index": COUNT, "type": choice("text"), "text": closed(
    {"value": TEXT, "annotations": OBJECTS}, optional=("annotations",)
)})  # fmt: skip
_IMAGE_PIECE = closed({"index": COUNT, "type": choice("image_file"), "image_file": closed({"file_id": TEXT})})
_PIECE: Json = {"anyOf": [_TEXT_PIECE, _IMAGE_PIECE]}
_MESSAGE: Json = {
    "id": TEXT,
    "object": choice("thread.message"),
    "created_at": SECONDS,
    "assistant_id": nullable(TEXT),
    "thread_id": TEXT,
    "run_id": nullable(TEXT),
    "role": choice("user", "assistant"),
    "content": {"type": "array", "items": {"anyOf": [_PART, _FILE]}},
    "attachments": OBJECTS,
    "metadata": METADATA,
}

SCHEMAS: Mapping[str, Json] = {
    "assistant": closed(
        {
            "id": TEXT,
            "object": choice("assistant"),
            "created_at": SECONDS,
            "name": nullable(TEXT),
            "description": nullable(TEXT),
            "model": TEXT,
            "instructions": nullable(TEXT),
            "tools": OBJECTS,
            "tool_resources": OBJECT,
            "metadata": METADATA,
            "temperature": nullable({"type": "number"}),
            "top_p": nullable({"type": "number"}),
            "response_format": ANYTHING,
        }
    ),
    "thread": closed(
        {
            "id": TEXT,
            "object": choice("thread"),
            "created_at": SECONDS,
            "metadata": METADATA,
            "tool_resources": OBJECT,
        }
    ),
    "message": closed(_MESSAGE),
    "streamed_message": closed(
        {
            **_MESSAGE,
            "status": choice("in_progress", "completed", "incomplete"),
            "incomplete_details": REASON,
            "incomplete_at": nullable(SECONDS),
            "completed_at": nullable(SECONDS),
        }
    ),
    "run": closed(
        {
            "id": TEXT,
            "object": choice("thread.run"),
            "created_at": SECONDS,
            "assistant_id": TEXT,
            "thread_id": TEXT,
            "status": choice(*RUN_STATUSES),
            **dict.fromkeys(
                ("started_at", "expires_at", "cancelled_at", "failed_at", "completed_at"), nullable(SECONDS)
            ),
            "required_action": nullable(ref("required_action")),
            "last_error": CODED,
            "model": TEXT,
            "instructions": TEXT,
            "tools": OBJECTS,
            "tool_resources": OBJECT,
            "metadata": METADATA,
            "temperature": nullable({"type": "number"}),
            "top_p": nullable({"type": "number"}),
            "max_completion_tokens": nullable(COUNT),
            "max_prompt_tokens": nullable(COUNT),
            "truncation_strategy": closed(
                {"type": choice("auto", "last_messages"), "last_messages": nullable(COUNT)}
            ),
            "incomplete_details": REASON,
            "usage": TOKENS,
            "response_format": ANYTHING,
            "tool_choice": ANYTHING,
            "parallel_tool_calls": {"type": "boolean"},
        }
    ),
    "step": closed(
        {
            "id": TEXT,
            "object": choice("thread.run.step"),
            "created_at": SECONDS,
            "run_id": TEXT,
            "assistant_id": TEXT,
            "thread_id": TEXT,
            "type": choice("message_creation", "tool_calls", "activities"),
            "status": choice(*STEP_STATUSES),
            **dict.fromkeys(
                ("cancelled_at", "completed_at", "expires_at", "expired_at", "failed_at"), nullable(SECONDS)
            ),
            "last_error": CODED,
            "step_details": {
                "anyOf": [
                    closed(
                        {"type": choice("message_creation"), "message_creation": closed({"message_id": TEXT})}
                    ),
                    closed({"type": choice("tool_calls"), "tool_calls": array_of("tool_call")}),
                    closed({"type": choice("activities"), "activities": array_of("activity")}),
                ]
            },
            "usage": TOKENS,
        }
    ),
    "message_delta": closed(
        {
            "id": TEXT,
            "object": choice("thread.message.delta"),
            "delta": closed({"content": {"type": "array", "items": _PIECE}}),
        }
    ),
    "step_delta": closed(
        {
            "id": TEXT,
            "object": choice("thread.run.step.delta"),
            "delta": closed(
                {
                    "step_details": closed(
                        {"type": choice("tool_calls"), "tool_calls": array_of("tool_call_piece")}
                    )
                }
            ),
        }
    ),
    "deleted": closed({"id": TEXT, "object": TEXT, "deleted": choice(True)}),
    "error": closed(
        {"error": closed({"message": TEXT, **dict.fromkeys(("type", "param", "code"), nullable(TEXT))})}
    ),
    **{f"{name}_list": list_of(name) for name in ("assistant", "thread", "message", "run", "step")},
}

EVENTS: Mapping[str, str] = {
    "thread.created": "thread",
    "thread.run.created": "run",
    **{f"thread.run.{status}": "run" for status in RUN_STATUSES},
    "thread.run.step.created": "step",
    "thread.run.step.delta": "step_delta",
    **{f"thread.run.step.{status}": "step" for status in STEP_STATUSES},
    "thread.message.created": "streamed_message",
    "thread.message.in_progress": "streamed_message",
    "thread.message.delta": "message_delta",
    "thread.message.completed": "streamed_message",
    "thread.message.incomplete": "streamed_message",
}
"""The events of streams, each with the schema of its data. Every stream ends with `done`."""


def event(name: str, data: Json) -> Json:
    """One event of a stream, as its fields are read from it."""
    return closed({"event": choice(name), "data": {"type": "string", **data}, "id": TEXT}, optional=("id",))


EVENT: Json = {
    "anyOf": [
        *(
            event(name, {"contentMediaType": "application/json", "contentSchema": ref(schema)})
            for name, schema in EVENTS.items()
        ),
        event("done", choice("[DONE]")),
    ]
}
"""Any event."""
