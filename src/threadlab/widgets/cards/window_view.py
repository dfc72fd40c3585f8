"""Window view: a conversation in two columns, with its pages, and with what no longer fits greyed out.

The order can be turned on the page itself. Pages are counted from where the listing begins, so their
boundaries lie elsewhere when it is turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

from threadlab.conversation.window import Window, tokens_of
from threadlab.following.terminal_text import counted, foreign_text
from threadlab.widgets.cards.thread_view import ChatLine, chat_line
from threadlab.widgets.drawing.page import html, styled

FIRST_LAST = {"asc": "oldest first", "desc": "newest first"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowLine:
    """A message, oldest first. The numbers are those of the page that ends with it, 0 where none does."""

    chat: ChatLine
    tokens: int
    dropped: bool
    page_ends_asc: int
    page_ends_desc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """All of it, worded. `filled` is the part of the budget that is used, in percent."""

    lines: tuple[WindowLine, ...]
    order: str
    turned: str
    budget: str
    summary: str
    filled: int


def window_view(window: Window) -> WindowView:
    """The picture of a window."""
    kept, dropped = len(window.kept), len(window.dropped)
    full = round(100 * window.tokens / window.budget) if window.budget > 0 else 0
    return WindowView(
        lines=tuple(_lines(window)),
        order=FIRST_LAST[window.order],
        turned=FIRST_LAST["asc" if window.order == "desc" else "desc"],
        budget=f"{window.tokens} of {counted(window.budget, 'token')}, estimated",
        summary=f"{counted(kept, 'message')} kept, {dropped} dropped",
        filled=full,
    )


def render_html(window: Window) -> str:
    """The conversation as HTML that needs nothing else."""
    return styled(html("window_view.html", view=window_view(window), newest_first=window.order == "desc"))


def render_text(window: Window) -> str:
    """The conversation as text: `-` before a message that is dropped, a rule where a page ends."""
    view, newest_first = window_view(window), window.order == "desc"
    lines = [f"{view.summary} · {view.budget} · {view.order}"]
    for line in reversed(view.lines) if newest_first else view.lines:
        by = f" ({line.chat.run_id})" if line.chat.run_id else ""
        lines.append(f"{'-' if line.dropped else ' '} {line.chat.role}{by}, {counted(line.tokens, 'token')}:")
        lines.append(indent(line.chat.text, "-   " if line.dropped else "    ", lambda text: True))
        page = line.page_ends_desc if newest_first else line.page_ends_asc
        lines += [f"  ---- end of page {page} ----"] if page else []
    return foreign_text("\n".join(lines)).plain


def _lines(window: Window) -> Iterator[WindowLine]:
    dropped, all_of_them = len(window.dropped), len(window.messages)
    for place, message in enumerate(window.messages):
        yield WindowLine(
            chat=chat_line(message),
            tokens=tokens_of(message),
            dropped=place < dropped,
            page_ends_asc=_page_that_ends(place, all_of_them, window.page),
            page_ends_desc=_page_that_ends(all_of_them - 1 - place, all_of_them, window.page),
        )


def _page_that_ends(place: int, of: int, size: int) -> int:
    """The number of the page whose last message stands at that place, from where the listing begins; or 0."""
    return (place + 1) // size if (place + 1) % size == 0 and place + 1 < of else 0
