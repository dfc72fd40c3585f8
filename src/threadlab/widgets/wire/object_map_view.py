"""Object map view: the object map on the page, to move through; the chosen object's JSON stands beside it."""

from __future__ import annotations

from dataclasses import asdict

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from threadlab.widgets.drawing.growing import script, sheet
from threadlab.widgets.wire.object_map import HasWire, map_objects


class ObjectMapView(anywidget.AnyWidget):
    """The map of a lab's objects. It looks again after each cell, and when told to by `refresh`.

    Nothing is sent where nothing changed. `close()` ends that.
    """

    _esm = script("elements.js", "map.js")
    _css = sheet()
    boxes: traitlets.List[dict[str, object]] = traitlets.List().tag(sync=True)

    def __init__(self, lab: HasWire) -> None:
        self.lab = lab
        super().__init__(boxes=self._boxes())
        self._shell = get_ipython()
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._after_cell)

    def refresh(self) -> None:
        """Draw what the lab's requests have brought back by now."""
        self.boxes = self._boxes()

    def close(self) -> None:
        """Take the map off the page, and look no longer."""
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._after_cell)
            self._shell = None
        super().close()

    def _after_cell(self, _: object) -> None:
        self.refresh()

    def _boxes(self) -> list[dict[str, object]]:
        drawn = map_objects(self.lab.wire.entries)
        return [asdict(box) for box in (*drawn.agents, *drawn.threads)]

    def __repr__(self) -> str:
        return "ObjectMapView()"  # a stored notebook is compared by this text
