"""Lane: a stretch of time drawn as bars and ticks, in percent of its length, or in characters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NARROWEST = 0.4
COLUMNS = 56


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, or a tick: where it begins and how wide it is (percent; of a tick, pixels), and its words.

    `style` is a name of ours, never the service's text: it becomes a CSS class. `sign` stands for it in text.
    """

    start: float
    width: float
    style: str
    words: str
    sign: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From Unix seconds to percent of the time between `began` and `ended`."""

    began: float
    ended: float

    def at(self, time: float) -> float:
        """Where an instant stands, from 0 to 100."""
        length = self.ended - self.began
        share = (time - self.began) / length if length > 0 else 0.0
        return round(100 * min(max(share, 0.0), 1.0), 2)

    def bar(self, began: float, ended: float, style: str, words: str, sign: str) -> Bar:
        """A bar between two instants, wide enough to be seen."""
        start = self.at(began)
        return Bar(start, max(round(self.at(ended) - start, 2), NARROWEST), style, words, sign)

    def tick(self, time: float, style: str, words: str, sign: str, *, pixels: int = 3) -> Bar:
        """A mark at an instant."""
        return Bar(self.at(time), pixels, style, words, sign)


def drawn(bars: Iterable[Bar], ticks: Iterable[Bar] = (), columns: int = COLUMNS) -> str:
    """The lane as a line of characters; ticks stand on the bars."""
    line = [" "] * (columns + 1)
    for bar in bars:
        first, last = round(bar.start / 100 * columns), round((bar.start + bar.width) / 100 * columns)
        for column in range(first, min(max(last, first + 1), columns)):
            line[column] = bar.sign
    for tick in ticks:
        line[round(tick.start / 100 * columns)] = tick.sign
    return "".join(line).rstrip()
