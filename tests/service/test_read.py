"""Readers: the service's JSON as objects."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from azure.ai.agents.models import ThreadRun

from threadlab.errors import RunError
from threadlab.objects.fault import Fault
from threadlab.objects.message import Part
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.usage import Usage
from threadlab.service import read

RUN: dict[str, Any] = {
    "id": "run_1",
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "requires_action",
    "model": "m",
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "required_action": {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {
            "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
        },
    },
    "last_error": {"code": "server_error", "message": "broke"},
    "incomplete_details": {"reason": "max_prompt_tokens"},
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "estimated": True},
    "metadata": {"a": "b"},
    "created_at": 5,
    "expires_at": 605,
}


@pytest.mark.parametrize("wire", [RUN, ThreadRun(RUN)], ids=["plain", "as the SDK has it"])
def test_a_run_is_read_from_plain_json_and_from_the_sdks_object_alike(wire: Any) -> None:
    """The object that was read stays at hand as `native`."""
    run = read.run(wire)
    assert (run.id, run.thread_id, run.agent_id, run.status) == (
        "run_1",
        "thread_1",
        "asst_1",
        "requires_action",
    )
    assert [(call.id, call.kind, call.name, call.arguments, call.output) for call in run.required_calls] == [
        ("call_1", "function", "f", "{}", None)
    ]
    assert run.error == Fault("server_error", "broke")
    assert run.incomplete_reason == "max_prompt_tokens"
    assert run.usage == Usage(1, 2, estimated=True)
    assert run.tools == ({"type": "function", "function": {"name": "f"}},)
    assert (run.created_at, run.started_at, run.expires_at) == (5, None, 605)
    assert run.native is wire


def test_a_bare_run_has_nothing_invented() -> None:
    """Absent stays None or empty, and a status that nobody knows passes through."""
    run = read.run({"id": "run_1", "thread_id": "t", "status": "dreaming"})
    assert (run.status, run.is_known, run.is_terminal) == ("dreaming", False, False)
    assert (run.required_calls, run.error, run.usage, run.incomplete_reason) == ((), None, None, None)
    with pytest.raises(RunError, match="not tied"):
        run.read()


def test_a_text_part_is_read_in_the_services_form_and_in_the_clients() -> None:
    """Other kinds keep their content in `detail`."""
    image = {"type": "image_file", "image_file": {"file_id": "f"}}
    message = read.message(
        {
            "id": "msg_1",
            "thread_id": "t",
            "role": "assistant",
            "content": [
                {"type": "text", "text": {"value": "one", "annotations": []}},
                image,
                {"type": "text", "text": "two"},
            ],
        }
    )
    assert message.text == "one\n\ntwo"
    assert message.content[1] == Part("image_file", "", image)


def test_a_step_of_each_kind_is_read() -> None:
    """A message's id, calls of several kinds, and a kind that nobody knows."""
    base = {"id": "step_1", "run_id": "run_1", "thread_id": "t", "status": "completed", "completed_at": 9}
    writing = {"type": "message_creation", "message_creation": {"message_id": "msg_1"}}
    step = read.step({**base, "type": "message_creation", "step_details": writing})
    assert (step.message_id, step.tool_calls, step.completed_at) == ("msg_1", (), 9)
    calls: list[dict[str, Any]] = [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}", "output": "1"}},
        {"id": "b", "type": "mcp", "name": "g", "arguments": "{}", "output": None, "server_label": "s"},
        {"id": "c", "type": "code_interpreter", "code_interpreter": {"input": "1+1", "outputs": []}},
    ]
    details = {"type": "tool_calls", "tool_calls": calls}
    step = read.step({**base, "type": "tool_calls", "step_details": details})
    assert step.tool_calls[0] == ToolCall(id="a", name="f", arguments="{}", output="1", detail=calls[0])
    assert (step.tool_calls[1].name, step.tool_calls[2].kind) == ("g", "code_interpreter")
    assert step.tool_calls[2].detail == calls[2]
    activity = {"type": "mcp_list_tools", "id": "a", "server_label": "s", "tools": {"g": {}, "h": {}}}
    listed = {"type": "activities", "activities": [activity, {"type": "a later kind", "id": "b"}]}
    assert read.step({**base, "type": "activities", "step_details": listed}).listed == {"s": ("g", "h")}
    strange = read.step({**base, "type": "musing", "step_details": {"type": "musing"}})
    assert (strange.type, strange.tool_calls, strange.message_id) == ("musing", (), None)


def test_plain_makes_dicts_and_lists_of_everything() -> None:
    """So that it can be compared, shown and sent."""
    assert read.plain(MappingProxyType({"a": ({"b": 1},)})) == {"a": [{"b": 1}]}
