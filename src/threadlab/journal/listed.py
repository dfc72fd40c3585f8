"""Listed: what lists of user runs show of one, and the filters by which they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from threadlab.journal.annotations import Annotations
from threadlab.journal.record import Record

LONGEST = 500
"""Characters of an input or output that a list shows."""

UNREADABLE = "unreadable"
"""The status of a user run whose log is broken; its `error` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One user run in a list. Times are Unix seconds, `seconds` from its beginning to its end.

    `is_stalled` tells that it is not over and that the process that wrote it is gone. `input`, `output` and
    `error` are shortened.
    """

    id: str
    status: str
    branch: str = ""
    trigger: str = ""
    verb: str = ""
    body: str = ""
    parent: str | None = None
    base: str | None = None
    created_at: float = 0.0
    started_at: float | None = None
    ended_at: float | None = None
    input: str = ""
    output: str = ""
    error: str = ""
    tokens: int = 0
    tokens_estimated: bool = False
    agent_calls: int = 0
    tool_calls: int = 0
    tool_failures: int = 0
    agents: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    score: float | None = None
    is_stalled: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether its log can be read; if not, `error` says why."""
        return self.status != UNREADABLE

    @property
    def seconds(self) -> float | None:
        """How long it worked; None while it does."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which user runs are asked for: those that fit all that is given.

    `text` are words that must all be in what was said, called, answered or tagged; the last may be cut.
    `after` and `before` are Unix seconds of its creation, the first included.
    """

    status: str | None = None
    tag: str | None = None
    group: str | None = None
    after: float | None = None
    before: float | None = None
    agent: str | None = None
    tool: str | None = None
    trigger: str | None = None
    branch: str | None = None
    text: str = ""


def listed(record: Record, annotations: Annotations) -> Listed:
    """What lists show of it. Pure."""
    received = record.received
    return Listed(
        id=record.id,
        status=record.status,
        branch=received.branch,
        trigger=received.trigger.type,
        verb=received.verb,
        body=received.body,
        parent=record.parent,
        base=received.base,
        created_at=record.created_at,
        started_at=record.started_at,
        ended_at=record.ended_at,
        input=_short(received.input),
        output=_short(record.output),
        error=_short(record.error.message if record.error else ""),
        tokens=record.usage.total_tokens,
        tokens_estimated=record.usage.estimated,
        agent_calls=len(record.calls),
        tool_calls=len(record.tools),
        tool_failures=sum(use.ok is False for use in record.tools),
        agents=tuple(sorted({call.agent for call in record.calls})),
        tools=tuple(sorted({use.name for use in record.tools})),
        tags=annotations.tags,
        groups=annotations.groups,
        score=annotations.score,
    )


def searched_text(record: Record, annotations: Annotations) -> str:
    """All words by which it can be found. Pure."""
    said = [record.id, record.received.input, record.output, record.reason, *record.decisions]
    said += [record.error.message] if record.error else []
    for call in record.calls:
        said += [call.agent, call.prompt, call.output, *(message.text for message in call.messages)]
        for use in call.tools:
            said += [use.name, use.arguments, use.output or ""]
    said += [*annotations.tags, *annotations.groups, annotations.summary]
    said += [feedback.comment for feedback in annotations.feedback]
    said += [f"{key} {value}" for key, value in annotations.metadata.items()]
    return "\n".join(dict.fromkeys(said))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
