"""Watched run: a run as it ended, together with all that watching it saw."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from threadlab.following.run_view import RunView
from threadlab.objects.run import Run
from threadlab.widgets.runs.film import Film
from threadlab.widgets.runs.run_card import render_html
from threadlab.widgets.runs.run_card_text import render_text, run_text
from threadlab.widgets.watching.displays import current_cell, publish_card
from threadlab.widgets.watching.scrubber import Scrubber

NOTHING_SEEN = Film()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRun(Run):
    """A `Run` whose rich form is the finished card, drawn from `view` alone: showing it asks nobody.

    `shown_in` is the cell under which the card stands already. In that cell the run as a value shows
    nothing more, so that a cell which ends in `await watch(run)` has one card and not two.
    """

    view: RunView = field(repr=False, compare=False)
    film: Film = field(default=NOTHING_SEEN, repr=False, compare=False)
    shown_in: str | None = field(default=None, repr=False, compare=False)

    def scrub(self) -> Scrubber:
        """A slider over what happened, event for event; as text and in a stored notebook, its lines."""
        return Scrubber(self, self.film)

    def __repr__(self) -> str:
        return f"<{run_text(self)}>"

    def _ipython_display_(self) -> None:
        if self.shown_in is None or self.shown_in != current_cell():
            publish_card(self.view)

    def _repr_html_(self) -> str:
        return render_html(self.view)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(render_text(self.view))


def watched(view: RunView, *, film: Film = NOTHING_SEEN, shown_in: str | None = None) -> WatchedRun:
    """The view's run, with the view, and the film of how it came about."""
    copied = {one.name: getattr(view.run, one.name) for one in fields(Run)}
    return WatchedRun(**copied, view=view, film=film, shown_in=shown_in)
