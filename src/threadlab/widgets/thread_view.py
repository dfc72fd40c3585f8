"""Thread view: a conversation as a chat, the user on the right, agents on the left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import indent

from threadlab.following.terminal_text import foreign_text
from threadlab.objects.message import Message
from threadlab.widgets.page import html, styled

NO_TEXT = "(no text)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLine:
    """One message. Parts that are not text are named in brackets; `side` is the CSS class of its column."""

    id: str
    role: str
    text: str
    run_id: str | None
    side: str


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A conversation to look at, oldest message first."""

    lines: tuple[ChatLine, ...]

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def thread_view(messages: Iterable[Message]) -> ThreadView:
    """The view of these messages, in the order given."""
    return ThreadView(tuple(chat_line(message) for message in messages))


def render_html(view: ThreadView) -> str:
    """The chat as HTML that needs nothing else."""
    return styled(html("thread_view.html", lines=view.lines))


def render_text(view: ThreadView) -> str:
    """The chat as text: who, then what, indented."""
    said = (
        f"{line.role}{f' ({line.run_id})' if line.run_id else ''}:\n{indent(line.text, '  ')}"
        for line in view.lines
    )
    return foreign_text("\n".join(said) or "no message yet").plain


def message_text(message: Message) -> str:
    """A message's text, with a bracket in place of each part that is none."""
    parts = (part.text if part.kind == "text" else f"[{part.kind}]" for part in message.content)
    return "\n\n".join(parts) or NO_TEXT


def chat_line(message: Message) -> ChatLine:
    """A message as a line of the chat."""
    return ChatLine(
        id=message.id,
        role=message.role,
        text=message_text(message),
        run_id=message.run_id,
        side="tl-user" if message.role == "user" else "tl-agent",
    )
