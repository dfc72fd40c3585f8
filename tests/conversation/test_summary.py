"""The summary of a thread."""

from __future__ import annotations

import io

from rich.console import Console

from threadlab.conversation.summary import Summary
from threadlab.objects.message import Message, Part


def message(text: str, **fields: str) -> Message:
    """A message of one second past one o'clock."""
    role = fields.get("role", "user")
    return Message(
        id="m",
        thread_id="t",
        role=role,
        content=(Part("text", text),),
        run_id=fields.get("run_id"),
        created_at=3601,
    )


def test_each_message_is_one_line_with_clock_role_and_cut_text() -> None:
    """Line breaks are spaces, long texts end in an ellipsis."""
    summary = Summary((message("a\nb"), message("x" * 99, role="assistant")), width=10)
    assert str(summary) == "01:00:01  user       a b\n01:00:01  assistant  xxxxxxxxx…"


def test_a_message_without_text_names_its_parts() -> None:
    """An image is an image."""
    image = Message(id="m", thread_id="t", role="user", content=(Part("image_file"),), created_at=3601)
    assert str(Summary((image,))).endswith("[image_file]")


def test_the_table_shows_foreign_text_as_it_is() -> None:
    """Markup and escape sequences are obeyed in nothing; the run is named."""
    out = io.StringIO()
    console = Console(file=out, width=120)
    console.print(Summary((message("[bold]x[/] \x1b[2J", role="assistant", run_id="run_1"),)))
    assert "[bold]x[/] \\x1b[2J" in out.getvalue()
    assert "run_1" in out.getvalue()
