"""Object cards: an agent, a thread, a message, a run step or a lab as a small card, and on one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from threadlab.connect.lab import Lab
from threadlab.following.terminal_text import counted, foreign_text, step_details
from threadlab.objects.agent import Agent
from threadlab.objects.file import File
from threadlab.objects.message import Message
from threadlab.objects.run_step import RunStep
from threadlab.objects.thread import Thread
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.vector_store import VectorStore, VectorStoreFile
from threadlab.widgets.cards.message_pictures import pictures_of
from threadlab.widgets.cards.thread_view import message_text
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import clipped, first_line, pretty
from threadlab.widgets.runs.hosted_lines import Picture
from threadlab.widgets.runs.run_card import tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectCard:
    """An object as facts, each a name and a value; `line` is all of it on one line."""

    kind: str
    id: str
    line: str
    facts: tuple[tuple[str, str], ...]
    json: str = ""
    pictures: tuple[Picture, ...] = ()


@singledispatch
def object_card(shown: object) -> ObjectCard:
    """The card of an object. Raises TypeError for what has none."""
    raise TypeError(f"there is no card for {type(shown).__name__}")


def object_html(shown: object) -> str:
    """The card as HTML that needs nothing else."""
    return styled(html("object_card.html", card=object_card(shown)))


def object_text(shown: object) -> str:
    """The object on one line."""
    card = object_card(shown)
    return foreign_text(f"{card.kind} {card.id}{f' · {card.line}' if card.line else ''}").plain


@object_card.register
def _(agent: Agent) -> ObjectCard:
    names = ", ".join(_tool_name(tool) for tool in agent.tools)
    return ObjectCard(
        kind="agent",
        id=agent.id,
        line=" · ".join(part for part in (agent.name, agent.model, names and f"tools: {names}") if part),
        facts=_facts(
            name=agent.name,
            model=agent.model,
            description=agent.description,
            instructions=agent.instructions,
            tools=names,
            metadata=_metadata(agent.metadata),
        ),
        json=_native(agent.native),
    )


@object_card.register
def _(thread: Thread) -> ObjectCard:
    metadata = _metadata(thread.metadata)
    return ObjectCard(
        kind="thread",
        id=thread.id,
        line=metadata,
        facts=_facts(metadata=metadata),
        json=_native(thread.native),
    )


@object_card.register
def _(message: Message) -> ObjectCard:
    text = message_text(message)
    return ObjectCard(
        kind="message",
        id=message.id,
        line=f"{message.role}: {first_line(text)}",
        facts=_facts(
            role=message.role,
            text=text,
            thread=message.thread_id,
            run=message.run_id,
            attachments=counted(len(message.attachments), "file") if message.attachments else None,
            metadata=_metadata(message.metadata),
        ),
        json=_native(message.native),
        pictures=pictures_of(message),
    )


@object_card.register
def _(step: RunStep) -> ObjectCard:
    calls = ", ".join(f"{call.title}({first_line(_asked(call))})" for call in step.tool_calls)
    offers = step_details(step) if step.listed else None
    about = step.message_id or calls or offers
    return ObjectCard(
        kind="run step",
        id=step.id,
        line=" · ".join(part for part in (step.type, step.status, about) if part),
        facts=_facts(
            type=step.type,
            status=step.status,
            message=step.message_id,
            calls=calls,
            offers=offers,
            error=f"{step.error.code}: {step.error.message}" if step.error else None,
            tokens=tokens(step.usage) if step.usage else None,
            run=step.run_id,
        ),
        json=_native(step.native),
    )


@object_card.register
def _(file: File) -> ObjectCard:
    size = f"{file.size:,} bytes"
    return ObjectCard(
        kind="file",
        id=file.id,
        line=" · ".join(part for part in (file.name, size, file.purpose, file.status) if part),
        facts=_facts(name=file.name, size=size, purpose=file.purpose, status=file.status),
        json=_native(file.native),
    )


@object_card.register
def _(store: VectorStore) -> ObjectCard:
    files = counted(store.files.total, "file")
    failed = f"{store.files.failed} failed" if store.files.failed else None
    return ObjectCard(
        kind="vector store",
        id=store.id,
        line=" · ".join(part for part in (store.name, files, failed, store.status) if part),
        facts=_facts(
            name=store.name,
            files=files,
            failed=failed and f"{failed}: lab.vector_stores.files(…) says why",
            size=f"{store.size:,} bytes",
            status=store.status,
            metadata=_metadata(store.metadata),
        ),
        json=_native(store.native),
    )


@object_card.register
def _(file: VectorStoreFile) -> ObjectCard:
    error = f"{file.error.code}: {file.error.message}" if file.error else None
    cut = None if file.chunk_tokens is None else f"chunks of {file.chunk_tokens} tokens"
    return ObjectCard(
        kind="file",
        id=file.id,
        line=" · ".join(part for part in (f"in {file.vector_store_id}", cut, file.status, error) if part),
        facts=_facts(store=file.vector_store_id, cut=cut, status=file.status, error=error),
        json=_native(file.native),
    )


@object_card.register
def _(lab: Lab) -> ObjectCard:
    seed = None if lab.seed is None else str(lab.seed)
    return ObjectCard(
        kind="lab",
        id=lab.place,
        line=f"{lab.protocol} protocol{f' · seed {seed}' if seed else ''}",
        facts=_facts(protocol=lab.protocol, model=lab.model, seed=seed, requests=str(len(lab.wire))),
    )


def _asked(call: ToolCall) -> str:
    return call.code.input if call.code else call.arguments


def _facts(**facts: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in facts.items() if value)


def _metadata(metadata: Mapping[str, str]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in metadata.items())


def _tool_name(tool: Mapping[str, Any]) -> str:
    """A function's name; of another kind, the kind, and which one of it where there may be several."""
    kind = str(tool.get("type"))
    body = tool.get(kind)
    name = tool.get("server_label") or (body.get("name") if isinstance(body, Mapping) else None)
    if kind == "function":
        return str(name)
    return f"{kind} {name}" if name else kind


def _native(native: Any) -> str:
    """The SDK's object as JSON; empty for an object that was made by hand."""
    as_dict = getattr(native, "as_dict", None)
    return clipped(pretty(as_dict())) if callable(as_dict) else ""
