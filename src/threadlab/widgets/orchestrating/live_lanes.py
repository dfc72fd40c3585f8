"""Live lanes: the ticket lanes where they stand, drawn again whenever something came."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import ipywidgets

from threadlab.history.history import MAIN, History
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.orchestrating.ticket_lanes import TicketLanes, render_html, ticket_lanes


class LiveLanes(Whole):
    """The lanes of a branch. `look` draws them as they are on disk now, and the newest is in sight:

    with history.attending(on_event=lanes.look): …
    """

    def __init__(self, history: History, branch: str = MAIN) -> None:
        self._history = history
        self._branch = branch
        self._drawing = Lock()  # or an older look of another thread could be drawn last
        self._head, self._rows = ipywidgets.HTML(), ipywidgets.HTML()
        self.lanes = TicketLanes(())
        follows = ipywidgets.Box([self._rows])
        follows.add_class("tl-follows")
        super().__init__([ipywidgets.HTML(style()), self._head, follows])
        self.add_class("tl")
        self.add_class("tl-card")
        self.look()

    def look(self, _: object = None) -> None:
        """Draw them again. What it is given is ignored: the disk tells all. Any thread may call it."""
        with self._drawing:
            self.lanes = ticket_lanes(self._history, self._branch)
            self._head.value = html("ticket_lanes_head.html", lanes=self.lanes)
            rows = html("ticket_lanes_rows.html", lanes=self.lanes)
            self._rows.value = f'<div class="tl-part">{rows}</div>'

    def __repr__(self) -> str:
        return repr(self.lanes)

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self), "text/html": render_html(self.lanes)}
