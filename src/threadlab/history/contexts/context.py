"""Context: what an agent is given of what was said before. One rule for every verb.

The context of a user run is the path from the root of the tree to its parent, each user run on it verbatim,
as its summary, or dropped; a policy says which. A fork, an edit in the middle, summaries and a failed turn
that is left out are all this one rule. The service's thread is only a cache of it: see `service_thread`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from threadlab.following.terminal_text import counted
from threadlab.history.reading.call_tree import top_level
from threadlab.journal.projections import TURN
from threadlab.journal.record import AgentCall, Record
from threadlab.journal.values import ContextPart, ContextUse
from threadlab.objects.message import Message

MOST_SHOWN, LINE = 20, 90
"""So many messages a context shows in words, the newest, each cut to so many characters."""

CHARACTERS_A_TOKEN = 4
"""The kit's estimate where no service tells a count; always flagged as estimated."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a context: who said it ("user" or "assistant"), and what.

    `without` names what belongs to it and cannot be said again on another thread: pictures, attachments,
    citations. `user_run` is the earlier one that it was said in; empty for the one at work.
    """

    role: str
    text: str
    without: tuple[str, ...] = field(default=(), compare=False)
    user_run: str = field(default="", compare=False)

    def __str__(self) -> str:
        line = " ".join(self.text.split())
        return f"{self.role}: {line if len(line) <= LINE else line[: LINE - 1] + '…'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a policy does with one user run, and why, in words; the use "summary" needs a `summary`."""

    use: ContextUse
    why: str = ""
    summary: str = ""


class ContextPolicy(Protocol):
    """Decides what becomes of each user run on the path."""

    def choose(self, path: Sequence[Record]) -> Sequence[Choice]:
        """One choice for each record of the path, oldest first. Pure: the same path, the same choices."""
        ...


class KeepAll:
    """Everything verbatim, but for user runs that did not complete: their partial messages would mislead."""

    def choose(self, path: Sequence[Record]) -> Sequence[Choice]:
        """Completed ones verbatim, the others dropped."""
        return tuple(
            Choice(use="verbatim")
            if record.status == "completed"
            else Choice(use="dropped", why=f"it is {record.status}")
            for record in path
        )

    def __repr__(self) -> str:
        return "KeepAll()"

    def __str__(self) -> str:
        return "keep all that completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The messages that come before a prompt, oldest first, and which user run each part is from."""

    said: tuple[Said, ...] = ()
    parts: tuple[ContextPart, ...] = ()

    def __str__(self) -> str:
        tokens = sum(part.tokens for part in self.parts)
        runs = counted(len(self.parts), "earlier user run")
        head = f"{counted(len(self.said), 'message')} of {runs}, about {counted(tokens, 'token')}"
        left_out = len(self.said) - MOST_SHOWN
        before = [f"… {left_out} before these"] if left_out > 0 else []
        return "\n  ".join([head, *before, *map(str, self.said[-MOST_SHOWN:])])

    def then(self, *more: Said) -> Context:
        """The same with more said after it, by the same user run."""
        return Context(said=(*self.said, *more), parts=self.parts)


def context_of(path: Sequence[Record], policy: ContextPolicy) -> Context:
    """The context below a path of user runs, root first. Pure."""
    said: list[Said] = []
    parts: list[ContextPart] = []
    for record, choice in zip(path, policy.choose(path), strict=True):
        kept = tuple(replace(one, user_run=record.id) for one in given_of(record, choice))
        said.extend(kept)
        parts.append(
            ContextPart(
                user_run=record.id,
                use=choice.use,
                tokens=estimated_tokens(kept),
                messages=len(kept),
                why=choice.why,
                summary=choice.summary if choice.use == "summary" else "",
            )
        )
    return Context(said=tuple(said), parts=tuple(parts))


def said_in(record: Record) -> Iterator[Said]:
    """What was said in a user run, in order: each prompt, and what the agent answered to it.

    What agents said to each other is not: it is on no thread of the branch. Of a component, or of what was
    orchestrated, only the input and the output were said.
    """
    if record.received.body != TURN:
        yield from (Said(role, text) for role, text in _outside(record) if text.strip())
        return
    for call in top_level(record.calls):
        if call.status != "abandoned":
            yield from said_by(call)


def _outside(record: Record) -> tuple[tuple[str, str], ...]:
    return ("user", record.received.input), ("assistant", record.output)


def said_by(call: AgentCall) -> Iterator[Said]:
    """A call's prompt and the messages that its run wrote. One without text cannot be said again."""
    yield Said("user", call.prompt)
    for message in call.messages:
        if message.text.strip():
            yield Said(message.role, message.text, tuple(_beside_text(message)))


def estimated_tokens(said: Sequence[Said]) -> int:
    """About how many tokens these messages are."""
    return sum(tokens_of_text(one.text) for one in said)


def tokens_of_text(text: str) -> int:
    """About how many tokens a text is: one for four characters, as documented, never less than one."""
    return max(1, round(len(text) / CHARACTERS_A_TOKEN)) if text else 0


def _beside_text(message: Message) -> Iterator[str]:
    yield from (f"its {part.kind}" for part in message.content if part.kind != "text")
    if message.attachments:
        yield "its attachments"
    if message.citations or message.file_links:
        yield "its citations"


def given_of(record: Record, choice: Choice) -> tuple[Said, ...]:
    """What an agent is given of a user run, by what was chosen for it."""
    if choice.use == "verbatim":
        return tuple(said_in(record))
    if choice.use == "summary":
        return (Said("user", f"(A summary of what was said before: {choice.summary})"),)
    return ()
