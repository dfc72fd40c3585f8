"""Body: a consultation in the words of the chat-completions protocol. Pure.

Instructions are the system message, messages of the thread follow, and each tool round of the run is one
assistant message with its calls and one tool message for each output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threadlab.backend.completer.port import Called, ModelError, Request

Json = dict[str, Any]

OPTIONS = ("temperature", "top_p")


def body_of(request: Request, model: str, limit_field: str) -> Json:
    """What is posted for `request`, always as a stream. What was not set is left to the model.

    Raises ModelError when there is nothing to answer: most servers refuse an empty conversation, each with
    other words.
    """
    messages = list(_messages(request))
    if not messages:
        raise ModelError("the model was given nothing: the thread is empty and the agent has no instructions")
    body: Json = {
        "model": model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    body |= {name: value for name in OPTIONS if (value := request.options.get(name)) is not None}
    if (most := request.options.get("max_completion_tokens")) is not None:
        body[limit_field] = most
    if isinstance(request.response_format, dict) and request.response_format.get("type") != "text":
        body["response_format"] = request.response_format
    return body | _tools(request)


def _tools(request: Request) -> Json:
    """The tools and how they may be used; nothing at all where there are none, as servers insist.

    A choice that forces a call holds for the first answer of a run only: else no run would ever end.
    """
    functions = [tool["function"] for tool in request.tools if "function" in tool]
    tools = [{"type": "function", "function": function} for function in functions]
    if not tools:
        return {}
    told: Json = {"tools": tools}
    choice = request.tool_choice
    if choice != "auto" and (choice == "none" or not request.rounds):
        told["tool_choice"] = choice
    if not request.parallel_tool_calls:
        told["parallel_tool_calls"] = False
    return told


def _messages(request: Request) -> Iterator[Json]:
    if request.instructions:
        yield {"role": "system", "content": request.instructions}
    said = [{"role": message.role, "content": message.text} for message in request.messages]
    spoken: Json = {"content": None}
    if request.rounds and said and said[-1]["role"] == "assistant":
        spoken = said.pop()  # said in the same breath as the first calls: some servers insist on turns
    yield from said
    for number, calls in enumerate(request.rounds):
        opening = spoken if number == 0 else {"content": None}
        yield {**opening, "role": "assistant", "tool_calls": [_call(call) for call in calls]}
        for call in calls:
            yield {"role": "tool", "tool_call_id": call.id, "content": call.output}


def _call(call: Called) -> Json:
    function = {"name": call.name, "arguments": call.arguments or "{}"}
    return {"id": call.id, "type": "function", "function": function}
