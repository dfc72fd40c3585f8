"""Run options through the real SDK: each changes what happens, and is echoed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from azure.ai.agents.models import (
    AgentsNamedToolChoice,
    AgentsResponseFormat,
    AgentStreamEvent,
    ConnectedAgentTool,
    FunctionName,
    ListSortOrder,
    MessageRole,
    MessageTextContent,
    ResponseFormatJsonSchema,
    ResponseFormatJsonSchemaType,
    RunStepToolCallDetails,
    ThreadMessage,
    ThreadMessageOptions,
    ToolOutput,
    TruncationObject,
)
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest

from tests.backend_client import FUNCTION, Scene
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local

CITY = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture
def scene() -> Scene:
    """The completer of `lab`."""
    return Scene()


@pytest.fixture
def lab(scene: Scene) -> Iterator[Lab]:
    """A lab whose model is a completer of three lines."""
    with connect(target=Local(seed=1, pace=0), completer=scene) as lab:
        yield lab


@pytest.fixture
def ruled() -> Iterator[Lab]:
    """A lab with the rules in the model's place."""
    with connect(target=Local(seed=1, pace=0)) as lab:
        yield lab


def process(lab: Lab, said: str = "How is the weather?", agent: Any = None, **options: Any) -> Any:
    """A run to its end through `create_and_process`."""
    agent = agent or lab.sdk.create_agent(model="m", instructions="Be kind.")
    thread = lab.sdk.threads.create(messages=[ThreadMessageOptions(role=MessageRole.USER, content=said)])
    return lab.sdk.runs.create_and_process(
        thread_id=thread.id, agent_id=agent.id, polling_interval=0, **options
    )


def answer(lab: Lab, run: Any) -> str:
    """The text of the newest message."""
    for message in lab.sdk.messages.list(thread_id=run.thread_id, run_id=run.id):
        return "".join(part.text.value for part in message.content if isinstance(part, MessageTextContent))
    return ""


def test_instructions_are_replaced_or_added_to(lab: Lab, scene: Scene) -> None:
    """And the run says with which it worked."""
    replaced = process(lab, instructions="Be short.")
    added = process(lab, additional_instructions="Be short.")
    assert [request.instructions for request in scene.seen] == ["Be short.", "Be kind.\n\nBe short."]
    assert (replaced.instructions, added.instructions) == ("Be short.", "Be kind.\n\nBe short.")


def test_additional_messages_are_added_to_the_thread_before_the_run(lab: Lab, scene: Scene) -> None:
    """In their order; the model reads them and they stay."""
    more = [
        ThreadMessageOptions(role=MessageRole.USER, content="In Oslo."),
        ThreadMessageOptions(role=MessageRole.AGENT, content="Today?"),
    ]
    run = process(lab, additional_messages=more)
    said = [(message.role, message.text) for message in scene.seen[0].messages]
    assert said == [("user", "How is the weather?"), ("user", "In Oslo."), ("assistant", "Today?")]
    listed = list(lab.sdk.messages.list(thread_id=run.thread_id, order=ListSortOrder.ASCENDING))
    assert len(listed) == 4


def test_model_tools_and_sampling_are_a_runs_own_if_it_has_them(lab: Lab, scene: Scene) -> None:
    """The agent stays as it is."""
    agent = lab.sdk.create_agent(model="m", tools=[FUNCTION], temperature=1.5, top_p=0.5)
    thread = lab.sdk.threads.create()
    run = lab.sdk.runs.create(
        thread_id=thread.id, agent_id=agent.id, model="another", tools=[], temperature=0.2
    )
    lab.sdk.runs.get(thread_id=thread.id, run_id=run.id)
    lab.time.sleep(5)
    lab.sdk.runs.get(thread_id=thread.id, run_id=run.id)
    assert (run.model, run.tools, run.temperature, run.top_p) == ("another", [], 0.2, 0.5)
    assert (scene.seen[0].model, scene.seen[0].tools) == ("another", ())
    assert scene.seen[0].options["temperature"] == 0.2
    assert lab.sdk.get_agent(agent.id).tools == [FUNCTION]


def test_a_completion_limit_ends_the_run_as_incomplete_with_its_reason(lab: Lab) -> None:
    """The SDK's enumeration does not know the status: it arrives as text."""
    run = process(lab, max_completion_tokens=4)
    assert (str(run.status), run.incomplete_details.reason) == ("incomplete", "max_completion_tokens")
    assert run.usage.completion_tokens == 4
    assert answer(lab, run).strip() == "It is sunny in"


def test_a_prompt_limit_that_cannot_be_kept_ends_the_run_as_incomplete(lab: Lab) -> None:
    """Nothing is said."""
    run = process(lab, max_prompt_tokens=2)
    assert run.incomplete_details.reason == "max_prompt_tokens"
    assert answer(lab, run) == ""


def test_a_cut_answer_streams_its_deltas_then_message_step_and_run(lab: Lab, scene: Scene) -> None:
    """The message is incomplete, the step that made it is completed, the run is incomplete."""
    agent = lab.sdk.create_agent(model="m")
    thread = lab.sdk.threads.create(messages=[ThreadMessageOptions(role=MessageRole.USER, content="hi")])
    seen: list[tuple[str, Any]] = []
    with lab.sdk.runs.stream(thread_id=thread.id, agent_id=agent.id, max_completion_tokens=3) as stream:
        for kind, data, _ in stream:
            seen.append((str(kind.value if isinstance(kind, AgentStreamEvent) else kind), data))
    assert [kind for kind, _ in seen][-5:] == [
        "thread.message.delta",
        "thread.message.incomplete",
        "thread.run.step.completed",
        "thread.run.incomplete",
        "done",
    ]
    message = dict(seen)["thread.message.incomplete"]
    assert isinstance(message, ThreadMessage)
    assert message.incomplete_details is not None and message.incomplete_details.reason == "max_tokens"


async def test_the_asyncio_client_is_told_the_same_reason(lab: Lab) -> None:
    """create_and_process, awaited."""
    async with lab.sdk_async() as client:
        agent = await client.create_agent(model="m")
        thread = await client.threads.create()
        run = await client.runs.create_and_process(
            thread_id=thread.id, agent_id=agent.id, max_completion_tokens=2, polling_interval=0
        )
    assert run.incomplete_details is not None
    assert run.incomplete_details.reason == "max_completion_tokens"


def test_truncation_limits_what_the_model_reads(lab: Lab, scene: Scene) -> None:
    """And is echoed."""
    more = [ThreadMessageOptions(role=MessageRole.USER, content=text) for text in "abc"]
    strategy = TruncationObject(type="last_messages", last_messages=2)
    run = process(lab, additional_messages=more, truncation_strategy=strategy)
    assert [said.text for said in scene.seen[0].messages] == ["b", "c"]
    assert (run.truncation_strategy.type, run.truncation_strategy.last_messages) == ("last_messages", 2)


def waiting(lab: Lab, said: str, **options: Any) -> Any:
    """A run of an agent with a tool, as it is after a few looks."""
    agent = lab.sdk.create_agent(model="m", tools=[TOOL])
    thread = lab.sdk.threads.create(messages=[ThreadMessageOptions(role=MessageRole.USER, content=said)])
    run = lab.sdk.runs.create(thread_id=thread.id, agent_id=agent.id, **options)
    while run.status in ("queued", "in_progress"):
        run = lab.sdk.runs.get(thread_id=thread.id, run_id=run.id)
    return run


def cities(run: Any) -> list[str]:
    """The cities that a run asks about."""
    calls = run.required_action.submit_tool_outputs.tool_calls
    return [json.loads(call.function.arguments)["city"] for call in calls]


def test_a_tool_choice_forbids_leaves_demands_or_names_a_call(ruled: Lab) -> None:
    """none, auto, required, and a name."""
    asking, thanks = "What is the weather in Oslo?", "Thank you, Oslo!"
    assert waiting(ruled, asking, tool_choice="none").status == "completed"
    assert cities(waiting(ruled, asking, tool_choice="auto")) == ["Oslo"]
    assert waiting(ruled, thanks, tool_choice="auto").status == "completed"
    assert waiting(ruled, thanks, tool_choice="required").status == "requires_action"
    named = AgentsNamedToolChoice(type="function", function=FunctionName(name="get_weather"))
    assert waiting(ruled, thanks, tool_choice=named).status == "requires_action"
    unknown = AgentsNamedToolChoice(type="function", function=FunctionName(name="get_news"))
    with pytest.raises(HttpResponseError, match="no tool is called 'get_news'; there are: get_weather"):
        waiting(ruled, thanks, tool_choice=unknown)


def test_without_parallel_calls_there_is_one_round_for_each(ruled: Lab) -> None:
    """The rules ask for the next city once they have the first one's weather."""
    run = waiting(ruled, "What is the weather in Oslo and Rome?", parallel_tool_calls=False)
    asked = []
    while run.status == "requires_action":
        asked.append(cities(run))
        call = run.required_action.submit_tool_outputs.tool_calls[0]
        output = ToolOutput(tool_call_id=call.id, output="sunny")
        run = ruled.sdk.runs.submit_tool_outputs(
            thread_id=run.thread_id, run_id=run.id, tool_outputs=[output]
        )
        while run.status in ("queued", "in_progress"):
            run = ruled.sdk.runs.get(thread_id=run.thread_id, run_id=run.id)
    assert asked == [["Oslo"], ["Rome"]]
    assert (run.status, run.parallel_tool_calls) == ("completed", False)


def test_a_json_object_and_a_schema_shape_the_answer(ruled: Lab) -> None:
    """Both as the SDK's own types."""
    free = process(ruled, response_format=AgentsResponseFormat(type="json_object"))
    assert isinstance(json.loads(answer(ruled, free)), dict)
    schema = {**CITY, "required": ["city", "days"]}
    by_schema = ResponseFormatJsonSchemaType(
        json_schema=ResponseFormatJsonSchema(name="trip", description="A trip", schema=schema)
    )
    run = process(ruled, "A trip to Oslo for 3 days", response_format=by_schema)
    assert json.loads(answer(ruled, run)) == {"city": "Oslo", "days": 3}
    assert run.response_format["json_schema"]["name"] == "trip"


def test_a_connected_agent_is_a_step_of_the_run_that_asked_it(ruled: Lab) -> None:
    """The documented sample: an agent that has another one as its tool, processed to the end."""
    stocks = ruled.sdk.create_agent(
        model="m", name="stock_price_bot", instructions="Reply with exactly: 42 dollars."
    )
    tool = ConnectedAgentTool(id=stocks.id, name=stocks.name, description="Gets the stock price of a company")
    agent = ruled.sdk.create_agent(model="m", instructions="Use the tool.", tools=tool.definitions)
    run = process(ruled, "What is the stock price of Microsoft?", agent=agent)
    assert run.status == "completed"
    assert "42 dollars" in answer(ruled, run)
    steps = list(ruled.sdk.run_steps.list(thread_id=run.thread_id, run_id=run.id))
    details = steps[-1].step_details
    assert isinstance(details, RunStepToolCallDetails)
    (call,) = details.tool_calls
    handed: Any = call["connected_agent"]
    assert call.type == "connected_agent"
    assert json.loads(handed["arguments"]) == {"message": "What is the stock price of Microsoft?"}
    child = ruled.sdk.runs.get(thread_id=handed["thread_id"], run_id=handed["run_id"])
    assert (child.agent_id, child.status) == (stocks.id, "completed")


def test_a_connected_agent_streams_too(ruled: Lab) -> None:
    """The SDK takes its deltas, one stream from start to end."""
    expert = ruled.sdk.create_agent(model="m", instructions="Reply with exactly: 42.")
    tool = ConnectedAgentTool(id=expert.id, name="expert", description="Knows numbers")
    agent = ruled.sdk.create_agent(model="m", tools=tool.definitions)
    thread = ruled.sdk.threads.create(
        messages=[ThreadMessageOptions(role=MessageRole.USER, content="Ask the expert.")]
    )
    kinds: list[Any] = []
    with ruled.sdk.runs.stream(thread_id=thread.id, agent_id=agent.id) as stream:
        kinds += [kind for kind, _, _ in stream]
    assert AgentStreamEvent.THREAD_RUN_STEP_DELTA in kinds
    assert kinds[-2:] == [AgentStreamEvent.THREAD_RUN_COMPLETED, AgentStreamEvent.DONE]


def test_a_wrong_option_is_an_error_that_names_it(lab: Lab) -> None:
    """What the SDK prints is what to correct."""
    with pytest.raises(HttpResponseError, match="temperature"):
        process(lab, temperature=3.0)
    with pytest.raises(HttpResponseError, match=r"tools\[0\]\.function\.name"):
        lab.sdk.create_agent(
            model="m",
            tools=[{"type": "function", "function": {"name": "get weather"}}],
        )


def test_a_message_is_deleted_on_the_plain_route(lab: Lab) -> None:
    """1.1.0 has no verb for it, so the request is sent through its pipeline."""
    thread = lab.sdk.threads.create()
    message = lab.sdk.messages.create(thread_id=thread.id, role=MessageRole.USER, content="hi")
    request = HttpRequest(
        "DELETE", f"{lab.sdk._config.endpoint}/threads/{thread.id}/messages/{message.id}?api-version=v1"
    )
    response = lab.sdk._client.send_request(request)
    assert response.json() == {"id": message.id, "object": "thread.message.deleted", "deleted": True}
    assert list(lab.sdk.messages.list(thread_id=thread.id)) == []
