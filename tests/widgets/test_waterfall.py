from __future__ import annotations

from collections.abc import Callable, Sequence

from bs4 import BeautifulSoup

from threadlab.following.explain import Explanation, Prices, explained
from threadlab.following.run_view import RunView
from threadlab.objects.event import Event
from threadlab.widgets.runs.waterfall import NO_PRICE, render_html, render_text, waterfall

Fold = Callable[[Sequence[Event]], RunView]


def told(view: RunView, prices: Prices | None = None) -> Explanation:
    """The run of the tool story, explained."""
    return explained(view.run, view.steps, prices=prices, calls=view.calls)


def test_calls_stand_within_their_step(tool_story: list[Event], fold: Fold) -> None:
    """Each on a line of its own, with the seconds that somebody watched."""
    lines = waterfall(told(fold(tool_story))).lines
    assert [(line.name, line.inner) for line in lines] == [
        ("wait", False),
        ("Tool calls · 2", False),
        ("get_weather", True),
        ("calculate", True),
        ("Message", False),
    ]
    assert [line.seconds for line in lines if line.inner] == ["400 ms", "12 ms"]


def test_without_a_price_the_meter_says_so(tool_story: list[Event], fold: Fold) -> None:
    """With one, it adds up."""
    view = fold(tool_story)
    assert NO_PRICE in render_text(told(view))
    priced = render_text(told(view, {"gpt-4o-mini": (2.0, 8.0)}))
    assert NO_PRICE not in priced
    assert f"cost {(148 * 2 + 36 * 8) / 1_000_000:.6f}" in priced


def test_html_and_text_tell_the_same(tool_story: list[Event], fold: Fold) -> None:
    """Time, tokens, causes, the critical path, and how exact the times are."""
    explanation = told(fold(tool_story))
    page = " ".join(BeautifulSoup(render_html(explanation), "html.parser").get_text().split())
    text = render_text(explanation)
    for said in (
        "3 s · 184 tokens (148 in, 36 out, estimated)",
        "get_weather",
        "model and tools",
        "Times are whole seconds",
    ):
        assert said in page
        assert said in text
    assert waterfall(explanation).path in page


def test_a_run_without_time_or_steps_is_drawn_too(tool_story: list[Event], fold: Fold) -> None:
    """There is nothing to wait for, and nothing is divided by zero."""
    explanation = explained(fold(tool_story[:1]).run, [], now=1_700_000_000)
    assert "waited" not in render_text(explanation)
    assert "nothing" in render_html(explanation)
