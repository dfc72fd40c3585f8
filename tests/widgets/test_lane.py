from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from threadlab.widgets.drawing.lane import Scale, drawn

times = st.floats(0, 1e6)


@given(times, times, times, times)
def test_whatever_the_times_a_bar_stays_on_its_lane(
    began: float, ended: float, one: float, two: float
) -> None:
    """Also when it lies outside, or the lane has no length."""
    scale = Scale(min(began, ended), max(began, ended))
    bar = scale.bar(min(one, two), max(one, two), "live", "words", "#")
    assert 0 <= bar.start <= 100
    assert 0 < bar.width <= 100
    line = drawn([bar], [scale.tick(one, "live", "words", "!")], columns=40)
    assert "!" in line
    assert len(line) <= 41


def test_bars_and_ticks_as_characters() -> None:
    """A short bar still has one column; a tick stands on top."""
    scale = Scale(0, 10)
    bars = [scale.bar(0, 4, "queued", "", "q"), scale.bar(4, 4.01, "live", "", "l")]
    assert drawn(bars, [scale.tick(10, "good", "", "✓")], columns=10) == "qqqql     ✓"
