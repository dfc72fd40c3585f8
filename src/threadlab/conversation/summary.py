"""Summary: a thread's messages at a glance, one line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich import box
from rich.table import Table

from threadlab.following.terminal_text import foreign_text
from threadlab.objects.message import Message


@dataclass(frozen=True, slots=True)
class Summary:
    """The messages, oldest first; each text cut to `width` characters. A table in rich, lines in `str`.

    Clock times are UTC, so that a stored summary reads the same everywhere.
    """

    messages: tuple[Message, ...]
    width: int = 60

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Clock time, role, text and run id of each message; the run id is "" for a user's."""
        for message in self.messages:
            clock = datetime.fromtimestamp(message.created_at, UTC).strftime("%H:%M:%S")
            yield clock, message.role, self._cut(message), message.run_id or ""

    def __rich__(self) -> Table:
        table = Table("time (UTC)", "role", "content", "run", box=box.SIMPLE_HEAD)
        for row in self.rows():
            table.add_row(*map(foreign_text, row))
        return table

    def __str__(self) -> str:
        return "\n".join(
            foreign_text(f"{clock}  {role:<9}  {text}").plain for clock, role, text, _ in self.rows()
        )

    def _cut(self, message: Message) -> str:
        text = " ".join(message.text.split()) or ", ".join(f"[{part.kind}]" for part in message.content)
        return text if len(text) <= self.width else f"{text[: self.width - 1]}…"
