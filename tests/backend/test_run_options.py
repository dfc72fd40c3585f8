from __future__ import annotations

from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.local import Backend

EXPERT = {"id": "asst_1", "name": "expert", "description": "Knows."}
AGENT = {"type": "connected_agent", "connected_agent": EXPERT}


def function(**changed: Any) -> dict[str, Any]:
    """A function tool with something changed."""
    return {"type": "function", "function": {"name": "f", **changed}}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"temperature": 2.1}, "temperature"),
    ({"temperature": -0.1}, "temperature"),
    ({"top_p": 1.5}, "top_p"),
    ({"instructions": "x" * 256_001}, "instructions"),
    ({"response_format": "none"}, "response_format"),
    ({"response_format": {"type": "yaml"}}, "response_format"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
        "response_format.json_schema.schema",
    ),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}},
        "response_format.json_schema.name",
    ),
    (
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": {"type": "strange"}},
            }
        },
        "response_format.json_schema.schema",
    ),
    (
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": {"$ref": "http://127.0.0.1/schema"}},
            }
        },
        "response_format.json_schema.schema",
    ),
    ({"tools": [function(name="ok"), function(name="not ok")]}, "tools[1].function.name"),
    ({"tools": [function(), function()]}, "tools[1].function.name"),
    ({"tools": [{"type": "function"}]}, "tools[0].function"),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
    ({"tools": [function(parameters="none")]}, "tools[0].function.parameters"),
    ({"tools": [{"type": "magic"}]}, "tools[0].type"),
    ({"tools": [{}]}, "tools[0].type"),
    ({"tools": [{"type": ["function"]}]}, "tools[0].type"),
    ({"tools": ["function"]}, "tools[0]"),
    ({"tools": [function(name=f"f{n}") for n in range(129)]}, "tools"),
    (
        {"tools": [{"type": "connected_agent", "connected_agent": {"name": "x"}}]},
        "tools[0].connected_agent.id",
    ),
    (
        {"tools": [{"type": "connected_agent", "connected_agent": {**EXPERT, "id": "thread_1"}}]},
        "tools[0].connected_agent.id",
    ),
    (
        {"tools": [{"type": "file_search", "file_search": {"max_num_results": 51}}]},
        "tools[0].file_search.max_num_results",
    ),
]

WRONG_IN_A_RUN: list[tuple[dict[str, Any], str]] = [
    ({"max_completion_tokens": 0}, "max_completion_tokens"),
    ({"max_prompt_tokens": -1}, "max_prompt_tokens"),
    ({"max_prompt_tokens": 1.5}, "max_prompt_tokens"),
    ({"truncation_strategy": {}}, "truncation_strategy.type"),
    ({"truncation_strategy": {"type": "newest"}}, "truncation_strategy.type"),
    ({"truncation_strategy": {"type": "last_messages"}}, "truncation_strategy"),
    (
        {"truncation_strategy": {"type": "last_messages", "last_messages": 0}},
        "truncation_strategy.last_messages",
    ),
    ({"parallel_tool_calls": "no"}, "parallel_tool_calls"),
    ({"additional_instructions": "x" * 256_001}, "additional_instructions"),
    ({"additional_messages": [{"role": "user", "content": "x" * 256_001}]}, "additional_messages[0].content"),
    ({"tool_choice": "perhaps"}, "tool_choice"),
    ({"tool_choice": 5}, "tool_choice"),
    ({"tool_choice": "required"}, "tool_choice"),
    ({"tool_choice": {}}, "tool_choice.type"),
    ({"tool_choice": {"type": "function"}, "tools": [FUNCTION]}, "tool_choice.function"),
    ({"tool_choice": {"type": "file_search"}, "tools": [FUNCTION]}, "tool_choice.type"),
    (
        {"tool_choice": {"type": "function", "function": {"name": "unknown"}}, "tools": [FUNCTION]},
        "tool_choice.function.name",
    ),
    (
        {"tool_choice": {"type": "connected_agent", "connected_agent": {"name": "x"}}, "tools": [AGENT]},
        "tool_choice.connected_agent.name",
    ),
    ({"tools": [FUNCTION, {"type": "bing_grounding"}]}, "tools[1].type"),
    (
        {"tools": [{"type": "openapi", "openapi": {"name": "x", "spec": {}, "auth": {}}}]},
        "tools[0].openapi.spec",
    ),
]


@pytest.mark.parametrize(("options", "param"), WRONG, ids=str)
def test_a_wrong_option_is_refused_by_its_name_wherever_it_is_sent(
    client: Client, options: dict[str, Any], param: str
) -> None:
    """In an agent that is made or changed, and in a run."""
    agent, thread = client.agent(), client.thread("hi")
    for path, body in (
        ("/assistants", {"model": "m"}),
        (f"/assistants/{agent}", {}),
        (f"/threads/{thread}/runs", {"assistant_id": agent}),
        ("/threads/runs", {"assistant_id": agent}),
    ):
        status, error = client.error("POST", path, body | options)
        assert (status, error["param"]) == (400, param)
        assert error["message"] and error["code"]
    assert client.get(f"/threads/{thread}/runs")["data"] == []


@pytest.mark.parametrize(("options", "param"), WRONG_IN_A_RUN, ids=str)
def test_a_wrong_option_of_a_run_is_refused_by_its_name(
    client: Client, options: dict[str, Any], param: str
) -> None:
    """Before anything is written."""
    agent, thread = client.agent(), client.thread("hi")
    status, error = client.error("POST", f"/threads/{thread}/runs", {"assistant_id": agent, **options})
    assert (status, error["param"]) == (400, param)
    assert client.get(f"/threads/{thread}/runs")["data"] == []
    assert len(client.get(f"/threads/{thread}/messages")["data"]) == 1


def test_a_message_may_have_256000_characters_and_not_one_more(client: Client) -> None:
    """Over all of its text blocks."""
    thread = client.thread()
    long = "x" * 128_000
    blocks = [{"type": "text", "text": long}, {"type": "text", "text": long}]
    client.post(f"/threads/{thread}/messages", {"role": "user", "content": blocks})
    blocks[1]["text"] += "x"
    status, error = client.error("POST", f"/threads/{thread}/messages", {"role": "user", "content": blocks})
    assert (status, error["param"]) == (400, "content")
    assert "256000" in error["message"]


def test_hosted_tools_may_be_listed_and_chosen_and_not_used() -> None:
    """A model need not call what it is offered, not even what it has to."""
    backend = Backend.seeded(1, completer=FromFunction(lambda _: "fine"), code_interpreter=True)
    client = Client(backend)
    tools = [{"type": "code_interpreter"}, {"type": "file_search"}]
    run = client.run_on(client.thread("hi"), client.agent(tools=tools), tool_choice={"type": "file_search"})
    assert client.until(run, "completed")["tools"] == tools


def test_a_named_agent_is_chosen_as_the_function_that_the_model_sees() -> None:
    """By its name, or by its type alone."""
    seen: list[Any] = []

    def choose(request: Any) -> str:
        seen.append(request.tool_choice)
        return "fine"

    client = Client(Backend.seeded(1, completer=FromFunction(choose)))
    agent = client.agent(tools=[AGENT])
    for choice in (
        {"type": "connected_agent"},
        {"type": "connected_agent", "connected_agent": {"name": "expert"}},
    ):
        run = client.run_on(client.thread("hi"), agent, tool_choice=choice)
        assert client.until(run, "completed")["tool_choice"] == choice
    assert seen == [{"type": "function", "function": {"name": "expert"}}] * 2


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({}, "tool_outputs", "Missing"),
        ({"tool_outputs": [{"tool_call_id": "x"}]}, "tool_outputs[0].output", "Missing"),
        ({"tool_outputs": [{"tool_call_id": "x", "output": 5}]}, "tool_outputs[0].output", "string"),
        ({"tool_approvals": [{"tool_call_id": "x"}]}, "tool_approvals[0].approve", "Missing"),
        ({"tool_approvals": [{"tool_call_id": "x", "approve": True}]}, "tool_approvals", "approval"),
    ],
)
def test_a_submission_that_is_none_is_refused_and_the_run_goes_on_waiting(
    client: Client, body: dict[str, Any], param: str, words: str
) -> None:
    """Approvals, too: no call of this backend waits for one."""
    run = client.run(tools=True)
    client.until(run, "requires_action")
    status, error = client.error("POST", f"{run}/submit_tool_outputs", body)
    assert (status, error["param"]) == (400, param)
    assert words in error["message"]
    assert client.get(run)["status"] == "requires_action"
