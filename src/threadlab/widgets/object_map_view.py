"""Object map view: the object map as a widget that can be told to look again."""

from __future__ import annotations

import ipywidgets

from threadlab.widgets.object_map import HasWire, map_objects
from threadlab.widgets.page import html, style


class ObjectMapView(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The map of a lab's objects. `refresh` draws it again; nothing is sent where nothing changed."""

    def __init__(self, lab: HasWire) -> None:
        self.lab = lab
        self.map = ipywidgets.HTML()
        super().__init__([ipywidgets.HTML(style()), self.map])
        self.add_class("tl")
        self.add_class("tl-card")
        self.refresh()

    def refresh(self) -> None:
        """Draw what the lab's requests have brought back by now."""
        self.map.value = html("object_map.html", map=map_objects(self.lab.wire.entries), shell="tl-shown")

    def __repr__(self) -> str:
        return "ObjectMapView()"  # a stored notebook is compared by this text
