"""User run pages: one user run at a time, with a way to the next, to the one before, and to any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ipywidgets

from threadlab.errors import UnknownUserRun
from threadlab.history.navigation import goto
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.user_runs.shown_user_run import ShownUserRun, card_of, record_of
from threadlab.widgets.user_runs.user_run_list import UserRunList, render_html, render_text, user_run_list


class UserRunPages(Whole):
    """The cards of user runs, such as those of a branch, one after another, from the latest.

    `place` counts from 0. A stored notebook shows the list.
    """

    def __init__(self, user_runs: Iterable[ShownUserRun], title: str = "user runs") -> None:
        self.user_runs = tuple(user_runs)
        self.title = title
        self.place = len(self.user_runs) - 1
        self.previous = ipywidgets.Button(description="Previous", tooltip="The user run before")
        self.next = ipywidgets.Button(description="Next", tooltip="The user run after")
        self.wanted = ipywidgets.Text(placeholder="number or id", continuous_update=False)
        self.go = ipywidgets.Button(description="Go to", tooltip="Show the user run with this number or id")
        self.said, self.card = ipywidgets.HTML(), ipywidgets.HTML()
        self.previous.on_click(lambda _: self.show(self.place - 1))
        self.next.on_click(lambda _: self.show(self.place + 1))
        self.go.on_click(lambda _: self.goto(self.wanted.value))
        self.row = ipywidgets.HBox([self.previous, self.next, self.wanted, self.go])
        self.row.add_class("tl-buttons")
        super().__init__([ipywidgets.HTML(style()), self.row, self.said, self.card])
        self.add_class("tl")
        self.add_class("tl-card")
        self.show(self.place)

    @property
    def view(self) -> UserRunList:
        """All of them as a list."""
        return user_run_list(map(record_of, self.user_runs), self.title)

    def show(self, place: int) -> None:
        """Show the user run at that place; at the ends it stays where it is."""
        if not self.user_runs:
            self.said.value = _said("No user run yet.")
            return
        self.place = min(max(place, 0), len(self.user_runs) - 1)
        self.previous.disabled = self.place == 0
        self.next.disabled = self.place == len(self.user_runs) - 1
        self.said.value = _said(f"{self.title}: {self.place + 1} of {len(self.user_runs)}")
        body = html("user_run_body.html", card=card_of(self.user_runs[self.place]))
        self.card.value = f'<div class="tl-below">{body}</div>'

    def goto(self, wanted: str | int) -> None:
        """Show the user run with that number (from 1), or with that id or piece of an id; else say so."""
        ids = [one.id for one in self.user_runs]
        try:
            found = goto(ids, _place_or_id(wanted.strip(), ids) if isinstance(wanted, str) else wanted)
        except UnknownUserRun as problem:
            self.said.value = _said(f"{problem.message}: {problem.hint}")
        else:
            self.show(ids.index(found))

    def __repr__(self) -> str:
        return render_text(self.view)

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self), "text/html": render_html(self.view)}


def _place_or_id(wanted: str, ids: Sequence[str]) -> str | int:
    """A number is a place where there is such a place; else it is a piece of an id."""
    return int(wanted) if wanted.isdecimal() and 1 <= int(wanted) <= len(ids) else wanted


def _said(words: str) -> str:
    return html("user_run_said.html", words=words)
