"""Scrub bar: a slider over what happened, moment for moment; at its right end it follows what happens now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import ipywidgets

from threadlab.widgets.drawing.page import html
from threadlab.widgets.drawing.slider import Slider
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.runs.film import Film


class Moment(Protocol):
    """A stop of the slider."""

    @property
    def short(self) -> str:
        """What happened, on one line."""
        ...

    @property
    def time(self) -> str:
        """When, since the beginning."""
        ...


class Reel(Protocol):
    """What is walked over: a film of a run, or the log of a user run."""

    @property
    def frames(self) -> Sequence[Moment]:
        """The moments, oldest first."""
        ...

    def __len__(self) -> int:
        """How many there are."""
        ...


class ScrubBar(Whole):
    """Walks over a reel. `moved` is called when another frame is to be seen."""

    def __init__(self, moved: Callable[[], object]) -> None:
        self.film: Reel = Film()
        self.slider = Slider(name="Look back", value=1)
        self.back = ipywidgets.Button(description="Back", tooltip="One event back")
        self.forward = ipywidgets.Button(description="Forward", tooltip="One event forward")
        self.live = ipywidgets.Button(description="Latest", tooltip="Show the run as it is now")
        self.said = ipywidgets.HTML()
        self.back.on_click(lambda _: self._go(self.slider.value - 1))
        self.forward.on_click(lambda _: self._go(self.slider.value + 1))
        self.live.on_click(lambda _: self._go(self.slider.maximum))
        self.follows, self._moved, self._grows = True, moved, False
        self.slider.observe(lambda _: self._slid(), "value")
        self.row = ipywidgets.HBox([self.slider, self.back, self.forward, self.live])
        self.row.add_class("tl-buttons")
        super().__init__([self.row, self.said])
        self.add_class("tl-scrub")
        self.layout.display = "none"

    @property
    def place(self) -> int | None:
        """The place of the past frame that the slider stands at; None for what is now."""
        return None if self.follows else self.slider.value

    def show(self, film: Reel) -> None:
        """The reel is longer. A slider at its end goes along."""
        if film is self.film or len(film) < 2:
            return
        self.film = film
        self.layout.display = ""
        self.slider.maximum = len(film) - 1
        if self.follows:
            self._grows = True
            self.slider.value = len(film) - 1
            self._grows = False
        self._say()

    def _go(self, place: int) -> None:
        self.slider.value = min(max(place, 0), self.slider.maximum)

    def _slid(self) -> None:
        if self._grows:
            return
        self.follows = self.slider.value >= len(self.film) - 1
        self._say()
        self._moved()

    def _say(self) -> None:
        frame = self.film.frames[min(self.slider.value, len(self.film) - 1)]
        self.slider.words = f"event {self.slider.value + 1} of {len(self.film)}: {frame.short}"
        self.said.value = html(
            "scrub_said.html", frame=frame, place=self.slider.value + 1, film=self.film, follows=self.follows
        )
