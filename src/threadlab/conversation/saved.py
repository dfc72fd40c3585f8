"""Saved: a conversation as a file, checked in full before anything is made from it.

The file keeps everything that the service said of the messages and the agent. An import cannot bring all of
it back: a service gives its own ids and times, and lets nobody write a run. `lost_by_import` lists that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from threadlab.errors import ConversationError
from threadlab.following.terminal_text import counted
from threadlab.objects.agent import Agent
from threadlab.objects.message import Message
from threadlab.objects.thread import Thread

FORMAT = "threadlab conversation"
VERSION = 1
PROBLEMS_SHOWN = 3


class _Saved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, from_attributes=True)


class SavedPart(_Saved):
    """One part of a message."""

    kind: str
    text: str
    detail: dict[str, Any]


class SavedMessage(_Saved):
    """A message."""

    id: str
    role: Literal["user", "assistant"]
    content: list[SavedPart]
    run_id: str | None
    agent_id: str | None
    attachments: list[dict[str, Any]]
    metadata: dict[str, str]
    created_at: int

    @property
    def text(self) -> str:
        """All text parts, joined by blank lines."""
        return "\n\n".join(part.text for part in self.content if part.kind == "text")


class SavedAgent(_Saved):
    """The agent that answered."""

    id: str
    name: str | None
    model: str
    description: str | None
    instructions: str | None
    tools: list[dict[str, Any]]


class SavedThread(_Saved):
    """The thread."""

    id: str
    metadata: dict[str, str]
    created_at: int


class SavedConversation(_Saved):
    """The whole file."""

    format: Literal["threadlab conversation"] = "threadlab conversation"
    version: Literal[1] = 1
    agent: SavedAgent
    thread: SavedThread
    messages: list[SavedMessage]


def saved(agent: Agent, thread: Thread, messages: tuple[Message, ...]) -> SavedConversation:
    """The conversation in the form of the file."""
    return SavedConversation(
        agent=SavedAgent.model_validate(agent, strict=False),
        thread=SavedThread.model_validate(thread, strict=False),
        messages=[SavedMessage.model_validate(message, strict=False) for message in messages],
    )


def write_saved(conversation: SavedConversation, path: Path) -> None:
    """Write the file, whole or not at all; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(conversation.model_dump_json(indent=2) + "\n", encoding="utf-8")
    beside.replace(path)


def read_saved(path: Path) -> SavedConversation:
    """The checked content of the file. Raises ConversationError, which says what is wrong with it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refused(path, f"it cannot be read ({error.strerror})", "check the path") from error
    except ValueError as error:
        raise _refused(path, f"it is no JSON ({error})", "give a file that export() wrote") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _refused(path, f"it is no {FORMAT}", "give a file that export() wrote")
    if document.get("version") != VERSION:
        found = f"its version is {document.get('version')!r}, and this threadlab reads version {VERSION}"
        raise _refused(path, found, "update threadlab, or export the conversation again")
    try:
        return SavedConversation.model_validate(document)
    except ValidationError as error:
        raise _refused(path, _problems(error), "the file was changed by hand: export it again") from error


def lost_by_import(conversation: SavedConversation) -> Iterator[str]:
    """What an import of this file does not bring back, in words, one thing each."""
    if conversation.messages:
        yield f"the old ids and times of {counted(len(conversation.messages), 'message')}"
    if runs := {message.run_id for message in conversation.messages if message.run_id}:
        yield f"{counted(len(runs), 'run')} with steps and usage: the answers are there, their runs are not"
    for number, message in enumerate(conversation.messages, 1):
        kinds = [part.kind for part in message.content if part.kind != "text"]
        if kinds:
            yield f"message {number}: its {', '.join(kinds)}, which names a file of the old service"
        if any(part.detail.get("annotations") for part in message.content):
            yield f"message {number}: its annotations"
        if message.attachments:
            yield f"message {number}: {counted(len(message.attachments), 'attachment')}"
        if not message.text.strip():
            yield f"message {number} as a whole: it has no text"


def _problems(error: ValidationError) -> str:
    problems = [
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
        for problem in error.errors()[:PROBLEMS_SHOWN]
    ]
    more = error.error_count() - len(problems)
    return "; ".join(problems) + (f"; and {more} more" if more else "")


def _refused(path: Path, found: str, hint: str) -> ConversationError:
    return ConversationError(f"{path.name} was not imported: {found}", hint=hint)
