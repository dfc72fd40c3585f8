"""A script as the SDK's documentation writes them, unmodified but for where the client comes from.

Create an agent, a thread, a message and a run; poll; submit two tool outputs; list messages and steps;
page; cancel; delete. Once with each kind of client.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from azure.ai.agents.models import (
    FunctionTool,
    ListSortOrder,
    MessageRole,
    RequiredFunctionToolCall,
    RunStatus,
    RunStepToolCallDetails,
    SubmitToolOutputsAction,
    ToolOutput,
)
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from threadlab.backend.completer.port import Call
from threadlab.backend.completer.scripted import Scripted
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local


def fetch_weather(location: str) -> str:
    """Get the weather of a place.

    :param location: The place.
    :return: The weather as JSON.
    """
    return json.dumps({"location": location, "weather": "sunny"})


def cities() -> list[Call]:
    """What the model asks for: two calls in one action."""
    return [Call("fetch_weather", json.dumps({"location": city})) for city in ("Oslo", "Rome")]


def outputs_for(action: object) -> list[ToolOutput]:
    """One output for each function call of the action, as the documentation does it."""
    assert isinstance(action, SubmitToolOutputsAction)
    outputs = []
    for call in action.submit_tool_outputs.tool_calls:
        assert isinstance(call, RequiredFunctionToolCall)
        arguments = json.loads(call.function.arguments)
        outputs.append(ToolOutput(tool_call_id=call.id, output=fetch_weather(**arguments)))
    return outputs


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab whose model asks for two cities, answers, and is asked once more."""
    completer = Scripted([cities(), "Sunny in both.", cities()])
    with connect(target=Local(seed=7, pace=0), completer=completer) as lab:
        yield lab


POLLED = (RunStatus.QUEUED, RunStatus.IN_PROGRESS)


def test_the_documented_script_works_on_the_synchronous_client(lab: Lab) -> None:
    """Every step of it, newest first where the service lists newest first."""
    client = lab.sdk
    functions = FunctionTool({fetch_weather})
    agent = client.create_agent(model="gpt-4o", name="weather", tools=functions.definitions)
    thread = client.threads.create()
    question = client.messages.create(thread.id, role=MessageRole.USER, content="Weather in Oslo and Rome?")

    run = client.runs.create(thread.id, agent_id=agent.id)
    assert run.status == RunStatus.QUEUED
    while run.status in (*POLLED, RunStatus.REQUIRES_ACTION):
        run = client.runs.get(thread.id, run.id)
        if run.status == RunStatus.REQUIRES_ACTION:
            outputs = outputs_for(run.required_action)
            assert len(outputs) == 2
            run = client.runs.submit_tool_outputs(thread.id, run.id, tool_outputs=outputs)
    assert run.status == RunStatus.COMPLETED
    assert run.usage.total_tokens > 0

    messages = list(client.messages.list(thread.id))
    assert messages[0].text_messages[0].text.value == "Sunny in both."
    assert messages[1].id == question.id
    assert client.messages.get_last_message_text_by_role(thread.id, MessageRole.AGENT).text.value  # type: ignore[union-attr]
    steps = list(client.run_steps.list(thread.id, run.id))
    assert [step.type for step in steps] == ["message_creation", "tool_calls"]
    details = steps[1].step_details
    assert isinstance(details, RunStepToolCallDetails)
    assert [call["function"]["output"] for call in details.tool_calls] == [
        output.output for output in outputs
    ]
    assert client.run_steps.get(thread.id, run.id, steps[0].id) == steps[0]

    waiting = client.runs.create(thread.id, agent_id=agent.id)
    while waiting.status in POLLED:
        waiting = client.runs.get(thread.id, waiting.id)
    assert client.runs.cancel(thread.id, waiting.id).status in (RunStatus.CANCELLED, RunStatus.CANCELLING)
    with pytest.raises(HttpResponseError):
        client.runs.submit_tool_outputs(thread.id, run.id, tool_outputs=outputs)

    client.threads.delete(thread.id)
    client.delete_agent(agent.id)
    with pytest.raises(ResourceNotFoundError):
        client.get_agent(agent.id)


def test_the_synchronous_client_pages_through_everything(lab: Lab) -> None:
    """Seven messages by twos, in both orders, each once."""
    client = lab.sdk
    thread = client.threads.create()
    ids = [client.messages.create(thread.id, role="user", content=f"{n}").id for n in range(7)]
    assert [message.id for message in client.messages.list(thread.id, limit=2)] == ids[::-1]
    ascending = client.messages.list(thread.id, limit=2, order=ListSortOrder.ASCENDING).by_page()
    assert [[message.id for message in page] for page in ascending] == [
        ids[0:2],
        ids[2:4],
        ids[4:6],
        ids[6:],
        [],
    ]


async def test_the_documented_script_works_on_the_asyncio_client(lab: Lab) -> None:
    """The same steps, awaited."""
    async with lab.sdk_async() as client:
        functions = FunctionTool({fetch_weather})
        agent = await client.create_agent(model="gpt-4o", name="weather", tools=functions.definitions)
        thread = await client.threads.create()
        question = await client.messages.create(thread.id, role="user", content="Weather in Oslo and Rome?")

        run = await client.runs.create(thread.id, agent_id=agent.id)
        while run.status in (*POLLED, RunStatus.REQUIRES_ACTION):
            run = await client.runs.get(thread.id, run.id)
            if run.status == RunStatus.REQUIRES_ACTION:
                outputs = outputs_for(run.required_action)
                run = await client.runs.submit_tool_outputs(thread.id, run.id, tool_outputs=outputs)
        assert run.status == RunStatus.COMPLETED

        messages = [message async for message in client.messages.list(thread.id)]
        assert messages[0].text_messages[0].text.value == "Sunny in both."
        assert messages[1].id == question.id
        steps = [step async for step in client.run_steps.list(thread.id, run.id)]
        assert [step.type for step in steps] == ["message_creation", "tool_calls"]

        waiting = await client.runs.create(thread.id, agent_id=agent.id)
        while waiting.status in POLLED:
            waiting = await client.runs.get(thread.id, waiting.id)
        cancelled = await client.runs.cancel(thread.id, waiting.id)
        assert cancelled.status in (RunStatus.CANCELLED, RunStatus.CANCELLING)

        await client.threads.delete(thread.id)
        await client.delete_agent(agent.id)
        with pytest.raises(ResourceNotFoundError):
            await client.get_agent(agent.id)


async def test_the_asyncio_client_pages_through_everything(lab: Lab) -> None:
    """Seven messages by twos, each once."""
    async with lab.sdk_async() as client:
        thread = await client.threads.create()
        ids = [(await client.messages.create(thread.id, role="user", content=f"{n}")).id for n in range(7)]
        assert [message.id async for message in client.messages.list(thread.id, limit=2)] == ids[::-1]


async def test_both_kinds_of_client_see_one_service_and_share_the_wire_log(lab: Lab) -> None:
    """What one creates the other reads."""
    thread = lab.sdk.threads.create()
    async with lab.sdk_async() as client:
        assert (await client.threads.get(thread.id)).id == thread.id
    assert [entry.method for entry in lab.wire.entries] == ["POST", "GET"]
