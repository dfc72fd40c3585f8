"""History: what the model is given, from the thread and from the run's own tool rounds."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from threadlab.backend.completer.port import Called, Request, Said
from threadlab.backend.completer.tokens import estimate
from threadlab.backend.records import MessageRecord, RunRecord, StepRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.wire.paging import MAX_LIMIT, Page

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
    run: RunRecord, call: int, messages: Sequence[MessageRecord], steps: Sequence[StepRecord], now: float
) -> Request:
    """The completer's request for a consultation of that number."""
    config = run.config
    return Request(
        model=config.model,
        instructions=config.instructions,
        messages=tuple(Said(message.role, text_of(message)) for message in messages),
        rounds=rounds(steps),
        tools=tuple(config.tools),
        tool_choice=config.tool_choice,
        parallel_tool_calls=config.parallel_tool_calls,
        response_format=config.response_format,
        call=call,
        now=now,
        seed=zlib.crc32(run.id.encode()),
        options={"temperature": config.temperature, "top_p": config.top_p},
    )


def text_of(message: MessageRecord) -> str:
    """The text of a message; other parts are named, for a stand-in cannot see them."""
    return "\n\n".join(
        part["text"]["value"] if part["type"] == "text" else f"[{part['type']}]" for part in message.content
    )
