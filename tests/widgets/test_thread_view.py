from __future__ import annotations

from bs4 import BeautifulSoup

from threadlab.objects.message import Message, Part
from threadlab.widgets.thread_view import render_html, render_text, thread_view

ASKED = Message(id="msg_1", thread_id="t", role="user", content=(Part("text", "Two lines:\nthis is one"),))
ANSWERED = Message(
    id="msg_2",
    thread_id="t",
    role="assistant",
    content=(Part("text", "A picture"), Part("image_file")),
    run_id="run_1",
)


def test_the_user_stands_on_one_side_and_the_agent_on_the_other() -> None:
    """Each with the role in words as well."""
    page = BeautifulSoup(render_html(thread_view([ASKED, ANSWERED])), "html.parser")
    sides = [(line["class"], line.strong and line.strong.get_text()) for line in page.select(".tl-chat li")]
    assert sides == [(["tl-user"], "user"), (["tl-agent"], "assistant")]


def test_the_text_form_keeps_lines_and_names_the_run() -> None:
    """Parts that are no text are named."""
    assert render_text(thread_view([ASKED, ANSWERED])) == (
        "user:\n  Two lines:\n  this is one\nassistant (run_1):\n  A picture\n\n  [image_file]"
    )


def test_an_empty_conversation_says_so() -> None:
    """In both forms."""
    assert "No message yet." in render_html(thread_view([]))
    assert repr(thread_view([])) == "no message yet"
