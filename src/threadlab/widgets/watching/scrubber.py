"""Scrubber: walk back over what happened to a run that is over. `run.scrub()` on a watched run makes one.

A stored notebook shows the strip: one line for each thing that happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from threadlab.following.terminal_text import foreign_text
from threadlab.objects.run import Run
from threadlab.widgets.drawing.page import html, style, styled
from threadlab.widgets.drawing.status_look import look_of
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.runs.film import Film
from threadlab.widgets.runs.run_card import card_of
from threadlab.widgets.watching.scrub_bar import ScrubBar

ABOVE = ("run_head.html", "run_meter.html")
BELOW = ("run_work.html", "run_answer.html")


class Scrubber(Whole):
    """The card of a run with a slider over its film."""

    def __init__(self, run: Run, film: Film) -> None:
        self.run, self.film = run, film
        self.above, self.below = ipywidgets.HTML(), ipywidgets.HTML()
        self.scrub = ScrubBar(self._draw)
        super().__init__([ipywidgets.HTML(style()), self.above, self.scrub, self.below])
        self.add_class("tl")
        self.add_class("tl-card")
        self.scrub.show(film)
        self._draw()

    def __repr__(self) -> str:
        return strip_text(self.run, self.film)

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self), "text/html": strip_html(self.run, self.film)}

    def _draw(self) -> None:
        if self.film.frames:
            place = self.scrub.place
            card = card_of(self.film.frames[-1 if place is None else place].view)
            for part, names in ((self.above, ABOVE), (self.below, BELOW)):
                part.value = "".join(f'<div class="tl-part">{html(name, card=card)}</div>' for name in names)


def strip_html(run: Run, film: Film) -> str:
    """The strip as HTML that needs nothing else."""
    lines = [(line, look_of(line.status)) for line in film.strip()]
    return styled(html("film_strip.html", run=run, look=look_of(run.status), film=film, lines=lines))


def strip_text(run: Run, film: Film) -> str:
    """The strip as lines of text: when, in which status, and what."""
    lines = [f"{look_of(run.status).mark} what happened in run {run.id}: {len(film)} events"]
    for line in film.strip():
        lines.append(f"  {line.time:>12}  {look_of(line.status).mark} {line.status:<15}  {line.words}")
    return foreign_text("\n".join(lines)).plain
