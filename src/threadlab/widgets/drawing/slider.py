"""Slider: a slider with a name, and with words for each of its stops; ipywidgets' own has neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from threadlab.widgets.drawing.growing import script


class Slider(anywidget.AnyWidget):
    """Stops from 0 to `maximum`; `words` says what `value` means, on the page too if `beside`."""

    _esm = script("slider.js")
    name = traitlets.Unicode().tag(sync=True)
    value = traitlets.Int(0).tag(sync=True)
    maximum = traitlets.Int(1).tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    beside = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **traits: object) -> None:
        super().__init__(**traits)
        self.on_msg(self._hear)

    def _hear(self, _: object, told: Any, __: object) -> None:
        """The page's slider was moved."""
        if isinstance(told, Mapping) and isinstance(place := told.get("to"), int):
            self.value = min(max(place, 0), self.maximum)

    def __repr__(self) -> str:
        return "Slider()"  # a stored notebook is compared by this text


class Aloud(anywidget.AnyWidget):
    """Words that are not seen: a screen reader says them when they change, and lets others finish first."""

    _esm = script("aloud.js")
    words = traitlets.Unicode().tag(sync=True)

    def __repr__(self) -> str:
        return "Aloud()"  # a stored notebook is compared by this text
