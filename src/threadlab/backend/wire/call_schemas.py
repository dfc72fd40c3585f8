"""Schemas of tool calls, as data, beside those in schemas.py."""

from __future__ import annotations

from collections.abc import Mapping

from threadlab.backend.wire.schemas import (
    COUNT,
    OBJECT,
    OBJECTS,
    TEXT,
    Json,
    choice,
    closed,
    nullable,
)
from threadlab.backend.wire.tools import CLOUD

_RUN_OF_A_CALL = ("run_id", "thread_id", "assistant_id")
_ASKED = {"name": TEXT, "arguments": TEXT}
_DONE = {**_ASKED, "output": nullable(TEXT)}
_FUNCTION = closed({**_DONE, **dict.fromkeys(_RUN_OF_A_CALL, TEXT)}, optional=_RUN_OF_A_CALL)
_RANKING = closed({"ranker": TEXT, "score_threshold": {"type": "number"}})
_RESULT = closed(
    {"file_id": TEXT, "file_name": TEXT, "score": {"type": "number"}, "content": OBJECTS}, ("content",)
)
_RESULTS = {"type": "array", "items": _RESULT}
_SHOWN: Mapping[str, Json] = {
    **{kind: {kind: _FUNCTION} for kind in ("function", "connected_agent")},
    "file_search": {
        "file_search": closed(
            {"ranking_options": _RANKING, "results": _RESULTS}, ("ranking_options", "results")
        )
    },
    "code_interpreter": {
        "code_interpreter": closed({"input": TEXT, "outputs": OBJECTS}, ("input", "outputs"))
    },
    "mcp": {**_DONE, "server_label": TEXT},
    "openapi": {"openapi": {"type": "object", "additionalProperties": TEXT}, "function": closed(_DONE)},
    **{kind: {kind: OBJECT} for kind in CLOUD},
}
"""What stands beside id and type in a call of each kind."""


def _piece(shown: Json) -> Json:
    """The same, where anything may be missing."""
    if "properties" not in shown:
        return shown
    return closed(shown["properties"], optional=tuple(shown["properties"]))


def _calls(required: str, kind: str) -> Json:
    asked = _SHOWN["mcp"] if kind == "mcp" else {}
    said = {name: schema for name, schema in asked.items() if name != "output"}
    said = said or {"function": closed(_ASKED)}
    call = closed({"id": TEXT, "type": choice(kind), **said})
    return closed(
        {
            "type": choice(required),
            required: closed({"tool_calls": {"type": "array", "minItems": 1, "items": call}}),
        }
    )


CALL_SCHEMAS: Mapping[str, Json] = {
    "tool_call": {
        "anyOf": [closed({"id": TEXT, "type": choice(kind), **shown}) for kind, shown in _SHOWN.items()]
    },
    "tool_call_piece": {
        "anyOf": [
            closed(
                {"index": COUNT, "type": choice(kind), "id": TEXT}
                | {name: _piece(schema) for name, schema in shown.items()},
                optional=("id", *(shown if kind in ("mcp", "openapi") else ())),
            )
            for kind, shown in _SHOWN.items()
        ]
    },
    "activity": closed(
        {
            "type": choice("mcp_list_tools"),
            "id": TEXT,
            "server_label": TEXT,
            "tools": {
                "type": "object",
                "additionalProperties": closed({"description": TEXT, "parameters": OBJECT}),
            },
        }
    ),
    "required_action": {
        "anyOf": [_calls("submit_tool_outputs", "function"), _calls("submit_tool_approval", "mcp")]
    },
}
