"""The run through the unmodified azure-ai-agents SDK: eight requests, one poll a leg."""

from __future__ import annotations

from azure.ai.agents import AgentsClient
from azure.ai.agents.models import MessageTextContent, SubmitToolOutputsAction, ThreadRun, ToolOutput

from benchmarks.contestants.task import INSTRUCTIONS, OUTPUT, QUESTION, TOOL, WrongAnswer, expect


def new_agent(client: AgentsClient) -> str:
    """The id of an agent with the task's tool; it serves all runs."""
    agent = client.create_agent(model="stand-in", name="weather", instructions=INSTRUCTIONS, tools=[TOOL])
    return str(agent.id)


def one_tool_run(client: AgentsClient, agent_id: str) -> str:
    """Thread, message, run, poll, submit, poll, list messages; the newest message's text.

    Listing makes two requests: the SDK does not look at `has_more`, and asks until a page is empty.
    """
    thread = client.threads.create()
    client.messages.create(thread.id, role="user", content=QUESTION)
    run = client.runs.create(thread.id, agent_id=agent_id)
    asked = client.runs.get(thread.id, run.id)
    expect(asked.status, "requires_action")
    client.runs.submit_tool_outputs(thread.id, run.id, tool_outputs=outputs_for(asked))
    expect(client.runs.get(thread.id, run.id).status, "completed")
    messages = list(client.messages.list(thread.id))
    expect(len(messages), 2)
    content = messages[0].content[0]
    if not isinstance(content, MessageTextContent):
        raise WrongAnswer(f"the newest message begins with {content}")
    return content.text.value


def outputs_for(run: ThreadRun) -> list[ToolOutput]:
    """The tool's output for each call that the run waits for."""
    action = run.required_action
    if not isinstance(action, SubmitToolOutputsAction):
        raise WrongAnswer(f"the run waits for {action}")
    calls = action.submit_tool_outputs.tool_calls
    return [ToolOutput(tool_call_id=call.id, output=OUTPUT) for call in calls]
