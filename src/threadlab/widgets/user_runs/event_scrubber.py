"""Event scrubber: walk over a user run's log, fact for fact; each state is folded again from the log.

What is shown at a stop is what anybody would have read from the disk at that instant. A stored notebook shows
the strip: one line for each fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.user_runs.fact_reel import FactReel, reel_of, strip_html, strip_text
from threadlab.widgets.user_runs.shown_user_run import ShownUserRun, record_of
from threadlab.widgets.user_runs.user_run_card import user_run_card
from threadlab.widgets.watching.scrub_bar import ScrubBar


class EventScrubber(Whole):
    """The card of a user run with a slider over its log. Showing it asks no service."""

    def __init__(self, user_run: ShownUserRun) -> None:
        self.user_run = user_run
        self.card = ipywidgets.HTML()
        self.scrub = ScrubBar(self._draw)
        self.reel = FactReel((), ())
        super().__init__([ipywidgets.HTML(style()), self.scrub, self.card])
        self.add_class("tl")
        self.add_class("tl-card")
        self.refresh()

    def refresh(self) -> None:
        """Read the log again: a user run that goes on has more facts by now."""
        self.reel = reel_of(record_of(self.user_run).entries)
        self.scrub.show(self.reel)
        self._draw()

    def __repr__(self) -> str:
        return strip_text(self.reel)

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self), "text/html": strip_html(self.reel)}

    def _draw(self) -> None:
        place = len(self.reel) - 1 if self.scrub.place is None else self.scrub.place
        body = html("user_run_body.html", card=user_run_card(self.reel.at(place)))
        self.card.value = f'<div class="tl-below">{body}</div>'
