"""History: what the model is given, from the thread and from the run's own tool rounds."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from threadlab.backend.completer.port import Called, Request, Said
from threadlab.backend.completer.tokens import estimate
from threadlab.backend.engine import children
from threadlab.backend.engine.definitions import called_by
from threadlab.backend.engine.limits import fitting, left
from threadlab.backend.engine.project import connected_agents
from threadlab.backend.records import Json, MessageRecord, RunConfig, RunRecord, StepRecord, UsageRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.wire.paging import MAX_LIMIT, Page
from threadlab.backend.wire.tools import HOSTED, OURS

WINDOW = 16_000
"""Estimated tokens of the thread that a model is given; older messages are left out."""


def window(store: Store, run: RunRecord) -> list[MessageRecord]:
    """The newest messages that the model is given, oldest first.

    As many as fit the window, or as the run's truncation strategy says. What a run left unfinished
    stays out of later runs.
    """
    last = run.config.truncation_strategy.get("last_messages")
    most = last if isinstance(last, int) else None
    chosen: list[MessageRecord] = []
    tokens, cursor = 0, None
    while True:
        messages, more = store.page(MessageRecord, Page(MAX_LIMIT, after=cursor), run.thread_id)
        for message in messages:
            tokens += estimate(text_of(message))
            if len(chosen) == most or (chosen and tokens > WINDOW):
                return chosen[::-1]
            if message.status == "completed":
                chosen.append(message)
        if not more:
            return chosen[::-1]
        cursor = messages[-1].id


def rounds(steps: Sequence[StepRecord]) -> tuple[tuple[Called, ...], ...]:
    """The tool rounds of a run that were answered."""
    return tuple(
        tuple(Called(call.id, call.name, call.arguments, call.output or "") for call in step.calls)
        for step in steps
        if step.type == "tool_calls" and step.status == "completed"
    )


def request(
    run: RunRecord,
    messages: Sequence[MessageRecord],
    now: float,
    steps: Sequence[StepRecord],
    hosted: Sequence[Json] = (),
) -> Request | str:
    """What the model is asked next, with as many of the messages as the run's tokens allow.

    `hosted` are the tools of this side as they are offered.

    When nothing is left of a limit, or even the newest message is too much for it: the limit's name.
    """
    config, spent = run.config, run.usage or UsageRecord(0, 0)
    to_write = left(config.max_completion_tokens, spent.completion_tokens)
    to_read = left(config.max_prompt_tokens, spent.prompt_tokens)
    whole = Request(
        model=config.model,
        instructions=config.instructions,
        messages=tuple(Said(message.role, text_of(message)) for message in messages),
        rounds=rounds(steps),
        tools=(*offered(config.tools), *hosted),
        tool_choice=choice(config),
        parallel_tool_calls=config.parallel_tool_calls,
        response_format=config.response_format,
        call=run.call + 1,
        now=now,
        seed=zlib.crc32(run.id.encode()),
        options={
            "temperature": config.temperature,
            "top_p": config.top_p,
            "max_completion_tokens": to_write,
        },
    )
    if to_write == 0:
        return "max_completion_tokens"
    return fitting(whole, to_read) or "max_prompt_tokens"


def noted(run: RunRecord, request: Request | str, messages: Sequence[MessageRecord]) -> Json:
    """What the log says about a consultation, enough to make its request again."""
    given = [] if isinstance(request, str) else messages[len(messages) - len(request.messages) :]
    oldest, newest = (given[0].id, given[-1].id) if given else (None, None)
    noted: Json = {"call": run.call + 1, "oldest": oldest, "newest": newest}
    tools = [] if isinstance(request, str) else request.tools
    hosted = [tool for tool in tools if tool["type"] in HOSTED or "hosted" in tool]
    return {**noted, "hosted": hosted} if hosted else noted


def unasked(limit: str) -> Json:
    """What stands in the log in the place of an answer when the model was not asked, for want of tokens."""
    return {"stand_in": "nobody was asked", "reasons": [], "parts": [], "error": None, "cut": limit}


def offered(tools: Sequence[Json]) -> list[Json]:
    """The tools that a model may call here: functions, and other agents as functions of one message."""
    agents = [children.offered(tool) for tool in tools if tool.get("type") == "connected_agent"]
    return [*(tool for tool in tools if tool.get("type") == "function"), *agents]


def choice(config: RunConfig) -> Any:
    """The tool choice in terms of what is offered: a connected agent is named as a function."""
    chosen = config.tool_choice
    if not isinstance(chosen, dict) or chosen["type"] == "function":
        return chosen
    if chosen["type"] in OURS:
        tool = next((tool for tool in config.tools if tool["type"] == chosen["type"]), chosen)
        name = called_by(tool)
        return {"type": "function", "function": {"name": name}} if name else "auto"  # one of several
    name = (chosen.get("connected_agent") or {}).get("name") or next(iter(connected_agents(config)))
    return {"type": "function", "function": {"name": name}}


def text_of(message: MessageRecord) -> str:
    """The text of a message; other parts are named, for a stand-in cannot see them."""
    texts = [
        part["text"]["value"] if part["type"] == "text" else f"[{part['type']}]" for part in message.content
    ]
    return "\n\n".join(texts)
