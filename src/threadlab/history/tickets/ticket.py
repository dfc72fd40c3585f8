"""Ticket: a tool's promise to answer later, and what came of it.

issued      a tool asked for something slow, and the user run went on without it
completed   somebody has the result, or the failure, or nobody came in time: once, the first counts
followed up a system user run told the agent what came: once
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from threadlab.tools.output import as_text

Ending = Literal["completed", "failed", "expired"]

NOT_THE_USER = "(The user did not write this. A tool that was still at work reports.)"
"""How the input of every follow-up begins: an agent must not take it for the user's words."""


class Ticket(str):
    """What a tool returns instead of a result: a text that tells the model that the work is in progress.

    `id` is what the result is delivered under.
    """

    id: str
    about: str

    def __new__(cls, id: str, about: str) -> Ticket:
        """The text for the ticket of that id."""
        told = f"{_sentence(about)} is in progress, under the ticket {id}. Its result comes later, by itself."
        ticket = super().__new__(cls, told)
        ticket.id, ticket.about = id, about
        return ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A ticket as its tool got it: from which user run, in the agent call at `path`. Times are Unix seconds.

    `agent` is told what comes; empty for the branch's first. Without a `deadline` it waits for ever.
    """

    ticket: str
    about: str
    user_run: str
    branch: str
    at: float
    path: str = ""
    agent: str = ""
    deadline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What came, by whom; `number` counts all completions of a folder in the order in which they came."""

    ticket: str
    number: int
    status: Ending
    result: Any
    by: str
    at: float

    @property
    def text(self) -> str:
        """The result as a text: JSON, if it is none."""
        return as_text(self.result)

    def __str__(self) -> str:
        return f"{self.ticket} {self.status} by {self.by}: history.attend() has the agent told"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp:
    """The system user run that told what came, once it was over."""

    ticket: str
    user_run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord:
    """All that is known of a ticket."""

    issued: Issued
    completion: Completion | None = None
    followed_up: FollowedUp | None = None

    @property
    def id(self) -> str:
        """The ticket's id."""
        return self.issued.ticket

    @property
    def status(self) -> str:
        """open, completed, failed, expired; or followed up, by whatever it ended with."""
        if self.followed_up is not None:
            return "followed up"
        return "open" if self.completion is None else self.completion.status

    @property
    def is_ready(self) -> bool:
        """Whether something came, and the agent was not told yet."""
        return self.completion is not None and self.followed_up is None


def told(record: TicketRecord) -> str:
    """The input of the user run that follows up: what came, in words. Pure."""
    completion, issued = record.completion, record.issued
    assert completion is not None, "nothing came yet"
    about = f"{_sentence(issued.about)} (ticket {issued.ticket})"
    match completion.status:
        case "completed":
            what = f"{about} is done. Its result:\n{completion.text}"
        case "failed":
            what = f"{about} failed:\n{completion.text}"
        case "expired":
            what = f"{about} did not come in time:\n{completion.text}"
    return f"{NOT_THE_USER}\n{what}"


def _sentence(about: str) -> str:
    return about[:1].upper() + about[1:]
