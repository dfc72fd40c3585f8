from __future__ import annotations

from bs4 import BeautifulSoup

from threadlab.conversation.window import Window, window
from threadlab.objects.message import Message, Part
from threadlab.service.port import Order
from threadlab.widgets.cards.window_view import render_html, render_text, window_view


def conversation(count: int, budget: int, order: Order = "asc") -> Window:
    """So many messages of ten tokens each, in pages of four."""
    messages = [
        Message(
            id=f"msg_{number}",
            thread_id="t",
            role="assistant" if number % 2 else "user",
            content=(Part("text", f"{number:>3} " + "x" * 36),),
            run_id=f"run_{number}" if number % 2 else None,
        )
        for number in range(count)
    ]
    return window(messages, budget, page=4, order=order)


def test_dropped_messages_are_greyed_and_said_to_be_dropped() -> None:
    """By a class, and in words."""
    page = BeautifulSoup(render_html(conversation(6, 30)), "html.parser")
    lines = [line for line in page.select(".tl-chat > li") if "tl-page-end" not in line["class"]]
    assert ["tl-dropped" in line["class"] for line in lines] == [True] * 3 + [False] * 3
    assert ["dropped" in line.get_text() for line in lines] == [True] * 3 + [False] * 3
    assert "3 messages kept, 3 dropped" in page.get_text()


def test_pages_are_counted_from_where_the_listing_begins() -> None:
    """Ten messages in pages of four: other boundaries from the other end."""
    lines = window_view(conversation(10, 1000)).lines
    assert [place for place, line in enumerate(lines) if line.page_ends_asc] == [3, 7]
    assert [place for place, line in enumerate(lines) if line.page_ends_desc] == [2, 6]


def test_the_text_form_follows_the_order() -> None:
    """With its page ends, and a mark before what is dropped."""
    oldest_first = render_text(conversation(6, 30)).splitlines()
    newest_first = render_text(conversation(6, 30, "desc")).splitlines()
    assert oldest_first[0] == "3 messages kept, 3 dropped · 30 of 30 tokens, estimated · oldest first"
    assert oldest_first[1] == "- user, 10 tokens:"
    assert newest_first[1] == "  assistant (run_5), 10 tokens:"
    assert "  ---- end of page 1 ----" in oldest_first
    assert oldest_first.index("  ---- end of page 1 ----") == newest_first.index("  ---- end of page 1 ----")


def test_the_order_can_be_turned_on_the_page() -> None:
    """By a plain `details`, which a keyboard opens too."""
    for order, shown, turned in (
        ("asc", "oldest first", "newest first"),
        ("desc", "newest first", "oldest first"),
    ):
        page = BeautifulSoup(render_html(conversation(3, 30, order)), "html.parser")  # type: ignore[arg-type]
        summary = page.select_one("details.tl-turn > summary")
        assert summary is not None
        assert [one.get_text() for one in summary.select(".tl-asked, .tl-turned")] == [shown, turned]


def test_an_empty_thread_and_an_empty_budget_are_shown() -> None:
    """Neither divides by zero."""
    assert "No message yet." in render_html(conversation(0, 0))
    assert "0 messages kept, 2 dropped" in render_text(conversation(2, 0))
