from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from tests.widgets.test_page import HOSTILE, assert_ours, skeleton
from threadlab.conversation.totals import Totals, Turn
from threadlab.objects.usage import Usage
from threadlab.widgets.runs.statistics_card import NEWEST, TALLEST, render_html, render_text, statistics


def turn(number: int, seconds: float, status: str = "completed", *tools: str) -> Turn:
    """A run with as many tokens as its number says."""
    usage = Usage(number * 10, number, estimated=True)
    return Turn(run_id=f"run_{number:024d}", status=status, seconds=seconds, usage=usage, tools=tools)


SOME = Totals(
    (
        turn(1, 1.0, "completed", "get_weather"),
        turn(2, 2.0, "completed", "get_weather", "calculate"),
        replace(turn(3, 4.0, "failed", "get_weather"), tool_failures=1),
        turn(4, 3.0),
    )
)


def test_the_figures_are_those_of_the_totals() -> None:
    """F30: average, median and p95 of the response times, tokens a run, tools, error rate."""
    figures = dict(statistics(SOME).figures)
    assert figures["response time"] == "average 2.50 s · median 2.50 s · p95 4.00 s"
    assert figures["tokens"] == "110 (100 in, 10 out) · 28 a run, estimated"
    assert figures["error rate"] == "25% of 4 runs that ended"
    assert figures["tools"] == "4 calls, 1 told of a failure"
    assert statistics(SOME).summary == "4 runs, 1 not completed"


def test_the_bars_are_as_long_as_the_figures() -> None:
    """In percent of the longest run, and of the most frequent tool."""
    drawn = statistics(SOME)
    assert [line.time.width for line in drawn.lines] == [25.0, 50.0, 100.0, 75.0]
    assert [line.time.style for line in drawn.lines] == ["completed", "completed", "failed", "completed"]
    assert [(name, bar.width) for name, bar in drawn.tools] == [("get_weather", 100.0), ("calculate", 33.33)]


def test_many_runs_are_columns_and_the_newest_are_listed() -> None:
    """All of them are in the picture and in the figures; none is silently left out."""
    many = Totals(tuple(turn(number, float(number)) for number in range(1, 101)))
    drawn = statistics(many)
    assert len(drawn.columns) == 100
    assert (len(drawn.lines), drawn.left_out) == (NEWEST, 100 - NEWEST)
    assert drawn.lines[-1].run_id == many.turns[-1].run_id
    heights = [column.height for column in drawn.columns]
    assert heights == sorted(heights)
    assert all(column.y + column.height == pytest.approx(TALLEST) for column in drawn.columns)
    assert drawn.columns[-1].x + drawn.columns[-1].width <= 100
    assert [name for name, _ in drawn.rules] == ["median 50.50 s", "p95 1 min 35 s"]
    assert f"{100 - NEWEST} earlier left out" in render_html(many)
    assert f"{100 - NEWEST} earlier left out" in render_text(many)


def test_html_and_text_tell_the_same() -> None:
    """Every figure and every run, in both."""
    page, text = BeautifulSoup(render_html(SOME), "html.parser").get_text(), render_text(SOME)
    for name, value in statistics(SOME).figures:
        assert name in page
        assert value in page
        assert value in text
    assert text.count("run_") == page.count("run_") == 4


@pytest.mark.parametrize(
    "totals",
    [Totals(()), Totals((turn(1, 0.0, "in_progress"),)), Totals((replace(turn(1, 0.0), usage=None),))],
)
def test_no_run_or_one_that_took_no_time_divides_nothing_by_zero(totals: Totals) -> None:
    """Nothing asked yet, a run that still goes on, one without a token count."""
    assert "0" in render_text(totals)
    assert_ours(render_html(totals))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_the_statistics_becomes_markup(text: str) -> None:
    """Ids, statuses and the names of tools."""

    def page(words: str) -> str:
        return render_html(Totals((replace(turn(1, 1.0), run_id=words, status=words, tools=(words,)),)))

    assert skeleton(page(text)) == skeleton(page("harmless"))
    assert_ours(page(text))
