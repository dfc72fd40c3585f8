"""Two user runs side by side, and what an agent was given of those before."""

from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup

from tests.widgets.told_user_runs import family, told
from threadlab.history.contexts.context_bar import ContextBar, Piece
from threadlab.history.reading.compare import compare
from threadlab.history.reading.table import Table
from threadlab.widgets.drawing import table_view
from threadlab.widgets.user_runs import context_view
from threadlab.widgets.user_runs.comparison_view import comparison_view, render_html, render_text
from threadlab.widgets.user_runs.context_view import context_view as view_of
from threadlab.widgets.user_runs.user_run_sequence import user_run_sequence


def test_the_first_divergence_alone_is_lit() -> None:
    """What follows from it is named, and not lit."""
    records, _ = family()
    view = comparison_view(compare(records[2], records[3]))
    assert [(line.lit, line.words) for line in view.lines] == [
        (True, "other input"), (False, ""), (False, ""), (False, "other output"),
    ]  # fmt: skip
    page = BeautifulSoup(render_html(compare(records[2], records[3])), "html.parser")
    (lit,) = page.select(".tl-divergence")
    assert "And in Bergen?" in lit.get_text() and "And in Tromsø" in lit.get_text()
    assert render_text(compare(records[2], records[3])).count("▶") == 1


def test_two_that_did_the_same_are_said_to_be_the_same() -> None:
    """Nothing is lit."""
    both = compare(told("a1a1"), told("b2b2"))
    assert comparison_view(both).verdict == "The same was asked, and the same happened."
    assert "tl-divergence" not in render_html(both).split("</style>")[1]


def test_a_step_that_only_one_has_stands_beside_nothing() -> None:
    """The failed one asked no tool."""
    records, _ = family()
    text = render_text(compare(records[1], records[2]))
    assert "— | get_weather" in text and "(only b)" in text


def test_whoever_began_a_side_and_what_it_reused_are_marked() -> None:
    """In HTML and in text."""
    records, _ = family()
    both = compare(records[0], records[5])
    assert "system-triggered" in render_html(both) and "⚙ system-triggered" in render_text(both)
    again = told("b2b2", base=records[0], verb="replay", reused=True)
    assert f'title="reused from {records[0].id}"' in render_html(compare(records[0], again))


def test_a_context_bar_is_as_wide_as_its_tokens() -> None:
    """A summary fills of its part what it costs; the rest of it was spared."""
    pieces = (
        Piece(user_run="a", use="summary", tokens=25, original=100, why="long ago"),
        Piece(user_run="b", use="dropped", tokens=0, original=100, why="it failed"),
        Piece(user_run="c", use="verbatim", tokens=200, original=200),
    )
    view = view_of(ContextBar(pieces))
    assert [(bar.style, bar.start, bar.width) for bar in view.bars] == [
        ("quiet", 0, 25), ("live", 0, 6.25), ("quiet", 25, 25), ("good", 50, 50),
    ]  # fmt: skip
    assert view.given == "225 tokens of 3 earlier user runs, 175 spared, estimated"
    assert [line.tokens for line in view.lines] == ["25 of 100 tokens", "0 of 100 tokens", "200 tokens"]
    assert "long ago" in context_view.render_html(ContextBar(pieces))
    assert "the prompt alone" in context_view.render_html(ContextBar(()))


def test_a_table_has_its_figures_to_the_right() -> None:
    """Nothing known is nothing shown."""
    table = Table(title="tools", columns=("tool", "calls"), rows=(("get_weather", 3), ("calculate", None)))
    page = BeautifulSoup(table_view.render_html(table), "html.parser")
    assert [cell.get_text() for cell in page.select(".tl-figure")] == ["calls", "3", ""]


def test_a_user_run_is_drawn_as_who_said_what_to_whom() -> None:
    """An answer of a tool stands in the row of its call."""
    records, _ = family()
    drawn = user_run_sequence(records[0])
    assert drawn.participants == ("you", "guide", "your tools")
    assert [(one.sender, one.receiver, bool(one.back)) for one in drawn.signals] == [
        ("you", "guide", False),
        ("guide", "your tools", True),
        ("guide", "your tools", True),
        ("guide", "you", False),
    ]
    assert "user run turn-" in repr(drawn).splitlines()[0]
    assert "participant" in drawn.mermaid
    assert "<strong>user run</strong>" in drawn._repr_html_()


def test_in_the_drawing_nobody_is_you_where_the_system_began() -> None:
    """And a failure is one."""
    records, _ = family()
    assert user_run_sequence(records[5]).participants[0] == "the system"
    assert user_run_sequence(records[1]).signals[-1].bad
    nobody = user_run_sequence(replace(records[0], calls=()))
    assert nobody.signals == ()
