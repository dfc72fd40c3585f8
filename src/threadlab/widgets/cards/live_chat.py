"""Live chat: a conversation that grows on the page while it goes on.

    chat = live_chat(talk)
    chat                                   # the last line of a cell shows it
    chat.ask("What is a thread?")          # in a later cell: it grows where it stands

`chat.tell` takes the events of any run that is followed, so it is an `on_event`, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import traitlets

from threadlab.conversation.reply import Reply
from threadlab.errors import ThreadlabError
from threadlab.objects.event import Ended, Event, MessageArrived, StatusChanged, TextArrived
from threadlab.objects.message import Message
from threadlab.widgets.cards.thread_view import chat_line
from threadlab.widgets.drawing.growing import Growing, script
from threadlab.widgets.drawing.status_look import look_of


class Talks(Protocol):
    """A conversation."""

    def history(self) -> tuple[Message, ...]:
        """All messages so far, oldest first."""
        ...

    def ask(self, text: str, **options: Any) -> Reply:
        """Say something, and wait for the reply."""
        ...


class LiveChat(Growing):
    """A chat on the page, with a line to ask in where it is of a conversation.

    It holds the lines that it was given, and asks the service nothing by itself.
    """

    _esm = script("elements.js", "growing.js", "chat.js")
    asks = traitlets.Bool(False).tag(sync=True)

    def __init__(self, messages: Iterable[Message] = (), *, talk: Talks | None = None) -> None:
        self.talk = talk
        messages = tuple(messages)
        self._places = {message.id: place for place, message in enumerate(messages)}
        super().__init__([shown(message) for message in messages], asks=talk is not None)

    def add(self, message: Message) -> None:
        """Show a message: a new line, or the whole of one that was growing."""
        if message.id in self._places:
            self.put(self._places[message.id], shown(message))
        else:
            self._places[message.id] = self.append(shown(message))

    def say(self, text: str, role: str = "user") -> None:
        """Show words that are no message of the service yet."""
        self.append({"role": role, "text": text, "id": "", "run": ""})

    def tell(self, event: Event) -> None:
        """Show what an event of a run tells: text as it is written, messages, the run's status."""
        match event:
            case TextArrived():
                self._write(event)
            case MessageArrived():
                self.add(event.message)
            case Ended():
                self.now("" if event.run.status == "completed" else f"run {_status(event.run.status)}")
            case StatusChanged():
                self.now(f"run {_status(event.run.status)}")

    def ask(self, text: str, **options: Any) -> Reply:
        """Say `text` in the conversation of this chat, and show all of it as it comes.

        Raises ThreadlabError for a chat that was made of messages alone, and what `talk.ask` raises.
        """
        if self.talk is None:
            raise ThreadlabError(
                "this chat was made of messages, so there is nobody in it to ask",
                hint="make it of a conversation: chat = live_chat(talk)",
            )
        self.say(text)
        return self.talk.ask(text, on_event=self.tell, **options)

    def answer(self, asked: Mapping[str, Any]) -> None:
        """Somebody said something in the chat's own line. What goes wrong is told there, too."""
        if self.talk is not None and isinstance(asked.get("say"), str):
            try:
                self.ask(asked["say"], expect=None)
            except ThreadlabError as error:
                self.now(str(error))

    def _write(self, event: TextArrived) -> None:
        """A piece of a message: its first one makes the line."""
        place = self._places.get(event.message_id)
        if place is None:
            line = {"role": "assistant", "text": event.so_far, "id": event.message_id, "run": ""}
            self._places[event.message_id] = self.append(line)
        else:
            self.grow(place, event.text)


def live_chat(talk: Talks | Iterable[Message]) -> LiveChat:
    """A chat of a conversation, with what was said so far; or of messages, to look at and add to."""
    if isinstance(talk, Iterable):
        return LiveChat(talk)
    return LiveChat(talk.history(), talk=talk)


def shown(message: Message) -> dict[str, Any]:
    """A message as it is sent to the page."""
    line = chat_line(message)
    return {"role": line.role, "text": line.text, "id": line.id, "run": line.run_id or ""}


def _status(status: str) -> str:
    look = look_of(status)
    return f"{look.mark} {look.word}"
