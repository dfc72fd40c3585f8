"""Rating form: stars and a comment for a user run, or for one decision of its orchestrator."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets
from markupsafe import escape

from threadlab.history.user_run import UserRun
from threadlab.journal.annotations import STARS
from threadlab.widgets.drawing.page import style
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.whole import Whole

ALL = ""
"""The whole user run, where a decision's path would stand."""


class RatingForm(Whole):
    """One press on a number of stars rates, with the comment that stands there. Each rating is kept."""

    def __init__(self, user_run: UserRun) -> None:
        self.user_run = user_run
        about = [("the whole answer", ALL), *_decisions(user_run)]
        self.about = ipywidgets.Dropdown(options=about, value=ALL, description="About")
        self.comment = ipywidgets.Text(description="Why?", placeholder="in your own words")
        self.stars = tuple(_button(number) for number in STARS)
        for number, button in zip(STARS, self.stars, strict=True):
            button.on_click(lambda _, number=number: self.rate(number))
        self.said = ipywidgets.HTML()
        head = f'<div class="tl-part">{escape(first_line(user_run.record.received.input, 80))}</div>'
        row = ipywidgets.HBox(self.stars)
        row.add_class("tl-buttons")
        super().__init__(
            [ipywidgets.HTML(style()), ipywidgets.HTML(head), self.about, self.comment, row, self.said]
        )
        self.add_class("tl")
        self.add_class("tl-card")
        self._tell()

    def rate(self, stars: int) -> None:
        """Rate what is chosen, as a press on that many stars does."""
        self.user_run.rate(stars=stars, comment=self.comment.value.strip(), decision=self.about.value or None)
        self.comment.value = ""
        self._tell()

    def _tell(self) -> None:
        lines = "<br>".join(str(escape(line)) for line in _given(self.user_run))
        self.said.value = f'<div class="tl-part">{lines}</div>' if lines else ""

    def __repr__(self) -> str:
        return "\n".join([f"rating of {self.user_run.id}", *_given(self.user_run)])


def _decisions(user_run: UserRun) -> Iterator[tuple[str, str]]:
    for one in user_run.orchestration.decisions:
        who = f" with {', '.join(one.agents)}" if one.agents else ""
        yield f"decision {one.path}: {one.pattern or one.way}{who}", one.path


def _given(user_run: UserRun) -> Iterator[str]:
    """What was given so far, oldest first."""
    for one in user_run.annotations.feedback:
        worth = "★" * one.stars if one.stars else {1: "thumb up", -1: "thumb down"}.get(one.rating, "neither")
        part = f" for {one.path}" if one.path else ""
        yield f"{worth}{part}{f': {one.comment}' if one.comment else ''}"


def _button(number: int) -> ipywidgets.Button:
    noun = "star" if number == 1 else "stars"
    return ipywidgets.Button(description="★" * number, tooltip=f"{number} {noun} of {len(STARS)}")
