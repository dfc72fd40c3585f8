"""Live lanes: the ticket lanes where they stand, drawn again whenever something came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from threadlab.history.history import MAIN, History
from threadlab.widgets.page import html, style
from threadlab.widgets.ticket_lanes import TicketLanes, render_html, ticket_lanes
from threadlab.widgets.whole import Whole


class LiveLanes(Whole):
    """The lanes of a branch. `look` draws them as they are on disk now:

    with history.attending(on_user_run=lanes.look): …
    """

    def __init__(self, history: History, branch: str = MAIN) -> None:
        self._history = history
        self._branch = branch
        self._drawn = ipywidgets.HTML()
        self.lanes = TicketLanes(())
        super().__init__([ipywidgets.HTML(style()), self._drawn])
        self.add_class("tl")
        self.look()

    def look(self, _: object = None) -> None:
        """Draw them again. What it is given is ignored: the disk tells all."""
        self.lanes = ticket_lanes(self._history, self._branch)
        self._drawn.value = html("ticket_lanes.html", lanes=self.lanes)

    def __repr__(self) -> str:
        return repr(self.lanes)

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self), "text/html": render_html(self.lanes)}
