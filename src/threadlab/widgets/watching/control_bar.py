"""Control bar: Pause, Step, Speed and Cancel under a live card. A press is noted in `Controls`, nothing more.

No button is ever disabled by its own press, so the keyboard's focus stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from threadlab.following.run_view import RunView
from threadlab.widgets.drawing.page import html
from threadlab.widgets.drawing.slider import Slider
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.pacing import SPEEDS


class ControlBar(Whole):
    """The controls of one watched run. Step and Speed are there only where a pause holds the run itself.

    `pressed` is called after each press, so that the rest of the card can tell of it.
    """

    def __init__(self, controls: Controls, pressed: Callable[[], object] = lambda: None) -> None:
        self.controls, self._pressed = controls, pressed
        pacing = controls.pacing
        self.pause = ipywidgets.Button(icon="pause", description="Pause")
        self.step = ipywidgets.Button(icon="step-forward", description="Step")
        place = list(SPEEDS).index(pacing.speed)
        self.speed = Slider(
            name="Speed", value=place, maximum=len(SPEEDS) - 1, words=pacing.speed, beside=True
        )
        self.cancel = ipywidgets.Button(
            icon="stop", description="Cancel run", tooltip="Ask the service to end this run"
        )
        self.said = ipywidgets.HTML()
        self.is_cancelled = False
        self.pause.tooltip = "Hold the run" if pacing.holds_the_run else "Hold this view; the run goes on"
        self.step.tooltip = "Let the run make its next transition, look once, and pause"
        self.pause.on_click(lambda _: self._press(self.controls.pause))
        self.step.on_click(lambda _: self._press(self.controls.step))
        self.cancel.on_click(lambda _: self._press_cancel())
        self.speed.observe(lambda change: self._slid(change["new"]), "value")
        held = (self.step, self.speed) if pacing.holds_the_run else ()
        self.row = ipywidgets.HBox([self.pause, *held, self.cancel])
        self.row.add_class("tl-buttons")
        super().__init__([self.row, self.said])
        self.add_class("tl-controls")
        self._say()

    def show(self, view: RunView) -> None:
        """What is left to press: nothing, once the run is over."""
        self.layout.display = "none" if view.ended else ""
        if view.run.status == "cancelling":
            self._cancelling()

    def close(self) -> None:
        """Take the bar off the page, with everything in it, and what was never shown."""
        super().close()
        for widget in (self.step, self.speed):
            widget.close()

    def _press(self, wish: Callable[[], None]) -> None:
        wish()
        self._say()
        self._pressed()

    def _slid(self, place: int) -> None:
        speed = list(SPEEDS)[place]
        self.speed.words = speed
        self._press(lambda: self.controls.speed(speed))

    def _press_cancel(self) -> None:
        if not self.is_cancelled:
            self._cancelling()
            self._press(self.controls.cancel)

    def _cancelling(self) -> None:
        self.is_cancelled = True
        self.cancel.description = "Cancelling …"

    def _say(self) -> None:
        paused = self.controls.pacing.paused
        self.pause.description, self.pause.icon = ("Go on", "play") if paused else ("Pause", "pause")
        self.said.value = html("controls_said.html", pacing=self.controls.pacing)
