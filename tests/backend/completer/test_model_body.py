"""What a real model is asked, in the words of the protocol."""

from __future__ import annotations

from typing import Any

import pytest

from threadlab.backend.completer.openai_compatible.body import body_of
from threadlab.backend.completer.port import Called, ModelError, Request, Said

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
OSLO = Called("call_1", "weather", '{"city": "Oslo"}', "rain")
ROME = Called("call_2", "weather", "", "sun")


def body(**more: Any) -> dict[str, Any]:
    """The body for a request of one message, and more."""
    asked = {"model": "m", "instructions": "", "messages": (Said("user", "hello"),), **more}
    return body_of(Request(**asked), "m", "max_tokens")


def test_a_plain_question_asks_for_nothing_that_was_not_set() -> None:
    """Servers differ in what they know: what is left out is refused by none."""
    assert body() == {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_instructions_are_the_system_message_and_the_thread_follows() -> None:
    """In its order."""
    said = (Said("user", "a"), Said("assistant", "b"), Said("user", "c"))
    assert body(instructions="be kind", messages=said)["messages"] == [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
    ]


def test_tool_rounds_become_calls_and_tool_messages() -> None:
    """What was said in the same breath as the first calls stands with them."""
    said = (Said("user", "weather?"), Said("assistant", "Let me see."))
    messages = body(messages=said, rounds=((OSLO, ROME), (OSLO,)), tools=(TOOL,))["messages"]
    assert [message["role"] for message in messages] == [
        "user", "assistant", "tool", "tool", "assistant", "tool",
    ]  # fmt: skip
    assert messages[1]["content"] == "Let me see."
    assert messages[1]["tool_calls"][0] == {
        "id": "call_1",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
    }
    assert messages[1]["tool_calls"][1]["function"]["arguments"] == "{}"
    assert messages[3] == {"role": "tool", "tool_call_id": "call_2", "content": "sun"}
    assert messages[4]["content"] is None


def test_options_are_sent_where_they_are_set() -> None:
    """The limit under the name that the endpoint knows; zero is a value."""
    sent = body(options={"temperature": 0.0, "top_p": None, "max_completion_tokens": 9})
    assert (sent["temperature"], sent["max_tokens"]) == (0.0, 9)
    assert "top_p" not in sent


@pytest.mark.parametrize("plain", ["auto", {"type": "text"}, None])
def test_a_format_is_sent_as_it_is_and_a_plain_one_not_at_all(plain: Any) -> None:
    """JSON, or a schema."""
    schema = {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}
    assert body(response_format=schema)["response_format"] == schema
    assert body(response_format={"type": "json_object"})["response_format"] == {"type": "json_object"}
    assert "response_format" not in body(response_format=plain)


def test_only_functions_are_offered_and_only_then_how_to_use_them() -> None:
    """Servers refuse a tool choice without tools."""
    sent = body(tools=(TOOL, {"type": "code_interpreter"}), parallel_tool_calls=False)
    assert (sent["tools"], sent["parallel_tool_calls"]) == ([TOOL], False)
    alone = body(tools=({"type": "code_interpreter"},), tool_choice="required", parallel_tool_calls=False)
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & set(alone)


@pytest.mark.parametrize("forced", ["required", {"type": "function", "function": {"name": "weather"}}])
def test_a_forced_call_is_forced_once(forced: Any) -> None:
    """Else the model would have to call for ever; to forbid calls holds for the whole run."""
    assert body(tools=(TOOL,), tool_choice=forced)["tool_choice"] == forced
    assert "tool_choice" not in body(tools=(TOOL,), tool_choice=forced, rounds=((OSLO,),))
    assert body(tools=(TOOL,), tool_choice="none", rounds=((OSLO,),))["tool_choice"] == "none"
    assert "tool_choice" not in body(tools=(TOOL,))


def test_nothing_to_answer_is_said_before_anything_is_asked() -> None:
    """Each server has other words for it."""
    with pytest.raises(ModelError, match="thread is empty"):
        body(messages=())
