from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.objects.image import Image
from threadlab.objects.message import Message, Part
from threadlab.widgets.cards.message_pictures import pictures_of
from threadlab.widgets.cards.object_cards import object_html
from threadlab.widgets.cards.thread_view import message_text, render_html, render_text, thread_view
from threadlab.widgets.formatters import FORMS

ASKED = Message(id="msg_1", thread_id="t", role="user", content=(Part("text", "Two lines:\nthis is one"),))
ANSWERED = Message(
    id="msg_2",
    thread_id="t",
    role="assistant",
    content=(Part("text", "A picture"), Part("image_file")),
    run_id="run_1",
)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


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


PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
LINK = f"data:image/png;base64,{b64encode(PNG).decode()}"


def asks_with(lab: Lab, *parts: dict[str, Any]) -> Message:
    """A message of these images, as the service keeps it."""
    text = {"type": "text", "text": "What is this?"}
    return lab.messages.create(lab.threads.create().id, content=[text, *parts])


def test_images_are_shown_where_their_bytes_are_known_and_named_where_not(lab: Lab) -> None:
    """By file, by link, and as they are; a page elsewhere is never loaded by looking at a message."""
    file = lab.files.upload(PNG, name="dot.png", purpose="vision")
    message = asks_with(
        lab,
        {"type": "image_file", "image_file": {"file_id": file.id}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "image_url", "image_url": {"url": LINK}},
    )
    words = [
        f"[image_file {file.id}]",
        "[image_url https://example.org/a.png]",
        f"[image_url image/png, {len(PNG)} bytes]",
    ]
    assert message_text(message).split("\n\n") == ["What is this?", *words]
    for view, seen in ((thread_view([message]), 1), (thread_view([message], lab=lab), 2)):
        images = BeautifulSoup(render_html(view), "html.parser").select("img")
        assert [image["src"] for image in images] == [LINK] * seen
    assert [image["src"] for image in BeautifulSoup(object_html(message), "html.parser").select("img")] == [
        LINK
    ]


@pytest.mark.parametrize(
    "link",
    [
        "data:image/png;base64,###",
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:,x",
        "data:image/png;base64,",
        "x",
    ],
)
def test_a_link_that_holds_no_picture_shows_none(link: str) -> None:
    """Whatever it says that it is."""
    part = Part("image_url", "", {"type": "image_url", "image_url": {"url": link}})
    message = Message(id="msg_1", thread_id="t", role="user", content=(part,))
    assert pictures_of(message) == ()
    assert "<img" not in render_html(thread_view([message]))


def test_a_picture_shows_itself(lab: Lab) -> None:
    """As the last line of a cell, and on one line of text."""
    image = lab.files.image(lab.files.upload(PNG, name="dot.png").id)
    assert image is not None
    as_html, as_text = FORMS[Image]
    assert LINK in as_html(image)
    assert as_text(image) == f"image {image.file_id} · image/png, {len(PNG)} bytes"


def test_an_empty_conversation_says_so() -> None:
    """In both forms."""
    assert "No message yet." in render_html(thread_view([]))
    assert repr(thread_view([])) == "no message yet"
