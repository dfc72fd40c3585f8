"""Thread view: a conversation as a chat, the user on the right, agents on the left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Protocol

from threadlab.following.terminal_text import foreign_text
from threadlab.objects.image import Image
from threadlab.objects.message import Message
from threadlab.widgets.cards.message_pictures import part_words, pictures_of
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.runs.hosted_lines import Picture

NO_TEXT = "(no text)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLine:
    """One message. Parts that are not text are named in brackets, and `pictures` are those to look at.

    `side` is the CSS class of its column.
    """

    id: str
    role: str
    text: str
    run_id: str | None
    side: str
    pictures: tuple[Picture, ...] = ()


class ReadsImages(Protocol):
    """A lab."""

    def read_image(self, file_id: str) -> Image | None:
        """The picture in a file; None where there is none to be shown."""
        ...


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A conversation to look at, oldest message first."""

    lines: tuple[ChatLine, ...]

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def thread_view(messages: Iterable[Message], *, lab: ReadsImages | None = None) -> ThreadView:
    """The view of these messages, in the order given. With a `lab`, images are read from their files.

    Without one it asks nobody: images that the messages themselves hold are shown, others are named.
    """
    return ThreadView(tuple(chat_line(message, _read(message, lab)) for message in messages))


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
    parts = (part.text if part.kind == "text" else part_words(part) for part in message.content)
    return "\n\n".join(parts) or NO_TEXT


def chat_line(message: Message, images: Sequence[Image] = ()) -> ChatLine:
    """A message as a line of the chat; `images` are those of its files that were read."""
    return ChatLine(
        id=message.id,
        role=message.role,
        text=message_text(message),
        run_id=message.run_id,
        side="tl-user" if message.role == "user" else "tl-agent",
        pictures=pictures_of(message, images),
    )


def _read(message: Message, lab: ReadsImages | None) -> list[Image]:
    found = (lab.read_image(file_id) for file_id in message.images) if lab is not None else ()
    return [image for image in found if image is not None]
