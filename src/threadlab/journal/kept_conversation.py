"""Kept conversation: the file that `Conversation.export` writes, an older form, becomes user runs.

Each question with its answers is one user run; they lie on one path, oldest first. What such a file never
held (steps, tool calls, tokens) stays unknown.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from threadlab.errors import JournalError
from threadlab.journal.archive import Archived, archived, contents_of
from threadlab.journal.branch_log import BranchMade
from threadlab.journal.fact import (
    AnyFact,
    Began,
    CallEnded,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Observed,
    Received,
)
from threadlab.journal.importing import import_archive
from threadlab.journal.run_id import new_run_id
from threadlab.journal.values import Command, Config, Trigger
from threadlab.journal.workspace import Workspace
from threadlab.objects.agent import Agent
from threadlab.objects.event import MessageArrived
from threadlab.objects.message import BETWEEN_PARTS, Message, Part
from threadlab.objects.usage import Usage

PREFIX = "kept"
PATH = "1"
_NO_PROCESS = 0


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Part(_Kept):
    kind: str
    text: str = ""
    detail: dict[str, Any] = {}


class _Message(_Kept):
    id: str
    role: str
    content: list[_Part]
    run_id: str | None = None
    agent_id: str | None = None
    attachments: list[dict[str, Any]] = []
    metadata: dict[str, str] = {}
    created_at: int

    @property
    def text(self) -> str:
        return BETWEEN_PARTS.join(part.text for part in self.content if part.kind == "text")


class _Agent(_Kept):
    id: str
    model: str
    name: str | None = None
    description: str | None = None
    instructions: str | None = None
    tools: list[dict[str, Any]] = []


class _Thread(_Kept):
    id: str


class _Conversation(_Kept):
    format: Literal["threadlab conversation"]
    version: Literal[1]
    agent: _Agent
    thread: _Thread
    messages: list[_Message]


@dataclass(frozen=True, slots=True)
class _Turn:
    """A question, None where an answer came first, and the messages up to the next question."""

    asked: _Message | None
    answers: tuple[_Message, ...]


def import_conversation(workspace: Workspace, path: Path, branch: str = "main") -> tuple[str, ...]:
    """Bring a kept conversation into the workspace as user runs, on a new branch; their ids, oldest first.

    The branch gets a number if its name is taken.
    Raises JournalError for a file of another kind, and if it was imported before: before anything is written.
    """
    kept = _read(path)
    branch = workspace.branches.free_name(branch)
    ids = [_id(kept, turn, number) for number, turn in enumerate(_turns(kept.messages))]
    if taken := [id for id in ids if (workspace.folder / id).exists()]:
        raise JournalError(
            f"{path.name} was not imported: {taken[0]}, which was made from it, is here already",
            hint="it needs no second import: open those user runs; or import it into another workspace",
        )
    for number, turn in enumerate(_turns(kept.messages)):
        facts = tuple(_facts(kept, turn, ids[number], ids[number - 1] if number else None, branch))
        directory = workspace.create(facts[0][1], facts[0][0])  # type: ignore[arg-type]
        try:
            for at, fact in facts[1:]:
                directory.append(fact, at)
        finally:
            directory.close()
    if ids:
        last = workspace.record(ids[-1])
        made = BranchMade(head=last.id, config=last.config)
        workspace.branches.make(branch, made, last.created_at)
    return tuple(ids)


def import_file(workspace: Workspace, path: Path) -> Archived:
    """Bring in what a file holds: an archive of user runs, or a kept conversation.

    Raises what `import_archive` and `import_conversation` do.
    """
    if zipfile.is_zipfile(path):
        return import_archive(workspace, path)
    ids = import_conversation(workspace, path)
    runs = {id: contents_of(workspace.open(id)) for id in ids}
    return archived(workspace, runs, tuple({workspace.record(id).received.branch for id in ids}))


def _read(path: Path) -> _Conversation:
    try:
        return _Conversation.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise _refused(path, f"it cannot be read ({error.strerror})", "check the path") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        found = f"it is no conversation as this threadlab keeps them ({where}: {first['msg']})"
        raise _refused(path, found, "give a file that Conversation.export wrote") from error
    except ValueError as error:
        raise _refused(
            path, f"it is no JSON ({error})", "give a file that Conversation.export wrote"
        ) from error


def _refused(path: Path, found: str, hint: str) -> JournalError:
    return JournalError(f"{path.name} was not imported: {found}", hint=hint)


def _turns(messages: Sequence[_Message]) -> Iterator[_Turn]:
    """The messages as turns; several questions in a row are a turn each."""
    asked: _Message | None = None
    answers: list[_Message] = []
    for message in messages:
        if message.role != "user":
            answers.append(message)
            continue
        if asked or answers:
            yield _Turn(asked, tuple(answers))
        asked, answers = message, []
    if asked or answers:
        yield _Turn(asked, tuple(answers))


def _id(kept: _Conversation, turn: _Turn, number: int) -> str:
    """An id that the same file always gives, so that nothing is imported twice."""
    seed = sha256(f"{kept.thread.id} {number}".encode()).hexdigest()
    first = turn.asked or turn.answers[0]
    return new_run_id(first.created_at, Random(seed), PREFIX)


def _facts(
    kept: _Conversation, turn: _Turn, id: str, parent: str | None, branch: str
) -> Iterator[tuple[float, AnyFact]]:
    """What a user run's log would say of this turn, each with its time."""
    name = kept.agent.name or kept.agent.id
    asked = turn.asked.text if turn.asked else ""
    began = float((turn.asked or turn.answers[0]).created_at)
    over = float(turn.answers[-1].created_at) if turn.answers else began
    output = BETWEEN_PARTS.join(message.text for message in turn.answers)
    status = "completed" if turn.answers else "incomplete"
    yield (
        began,
        Received(
            user_run=id,
            trigger=Trigger(type="user"),
            branch=branch,
            config=Config(place="a kept conversation", protocol="classic", agents={name: _agent(kept.agent)}),
            input=asked,
            commands=(Command(text=asked, agent=name),),
            parent=parent,
        ),
    )
    yield began, Began(process=_NO_PROCESS, parent=parent)
    yield began, CommandStarted(position=1)
    yield began, CallStarted(path=PATH, agent=name, prompt=asked, request="")
    yield (
        began,
        CallTied(
            path=PATH,
            thread_id=kept.thread.id,
            message_id=turn.asked.id if turn.asked else "",
            run_id=next((one.run_id for one in turn.answers if one.run_id), ""),
        ),
    )
    for answer in turn.answers:
        at = float(answer.created_at)
        yield at, Observed(path=PATH, event=MessageArrived(at=at, message=_message(answer, kept.thread.id)))
    yield over, CallEnded(path=PATH, status=status, output=output, usage=Usage(), seconds=over - began)
    yield over, CommandEnded(position=1, status=status)
    reason = "" if turn.answers else "the conversation was kept before an answer came"
    yield over, Ended(status=status, output=output, reason=reason)


def _agent(kept: _Agent) -> Agent:
    return Agent(**{**kept.model_dump(), "tools": tuple(kept.tools)})


def _message(kept: _Message, thread_id: str) -> Message:
    return Message(
        id=kept.id,
        thread_id=thread_id,
        role=kept.role,
        content=tuple(Part(part.kind, part.text, part.detail) for part in kept.content),
        run_id=kept.run_id,
        agent_id=kept.agent_id,
        attachments=tuple(kept.attachments),
        metadata=kept.metadata,
        created_at=kept.created_at,
    )
