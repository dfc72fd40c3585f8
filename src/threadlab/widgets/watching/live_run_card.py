"""Live run card: the run card while the run goes on, with everything that can be pressed.

The card is drawn in parts, each an HTML widget of its own, and a part is sent only when its HTML is another
than before: a poll that saw nothing new costs the meter and one line of the wire. Buttons are never drawn
again, so they keep the keyboard's focus.
"""

from __future__ import annotations

import ipywidgets

from threadlab.following.run_view import RunView
from threadlab.objects.approval import Approval
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.slider import Aloud
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.runs.film import Film
from threadlab.widgets.runs.run_card import card_of
from threadlab.widgets.runs.timeline import render_lanes, timeline_of
from threadlab.widgets.watching.approval_form import ApprovalForm
from threadlab.widgets.watching.control_bar import ControlBar
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.pacing import Pacing
from threadlab.widgets.watching.scrub_bar import ScrubBar

ABOVE = ("run_head.html", "run_meter.html")
BELOW = ("run_work.html", "run_answer.html", "run_wire_live.html")


class RunCard(Whole):
    """The card of one run. `show` redraws it; presses go to `controls`, without which there is no bar.

    A press only notes a wish: whoever watches the run carries it out. Approve and Deny answer the open
    approval directly, for that is one assignment.
    """

    def __init__(self, view: RunView, controls: Controls | None = None) -> None:
        self.controls = controls or Controls()
        self.view, self.film = view, Film()
        self.aloud = Aloud()
        self.lanes = ipywidgets.HTML()
        self.parts = {name: ipywidgets.HTML() for name in (*ABOVE, *BELOW)}
        self.bar = ControlBar(self.controls, lambda: self.show(self.view))
        self.forms: tuple[ApprovalForm, ...] = ()
        self.answered: list[ApprovalForm] = []
        self.questions = ipywidgets.VBox()
        self.questions.layout.display = "none"
        self.scrub = ScrubBar(self._draw)
        super().__init__(
            [
                ipywidgets.HTML(style()),
                self.aloud,
                *(self.parts[name] for name in ABOVE),
                self.lanes,
                self.bar,
                self.scrub,  # above what grows and shrinks, so that it stays under the pointer
                self.questions,
                *(self.parts[name] for name in BELOW),
            ]
        )
        self.bar.layout.display = "none" if controls is None else ""
        self.add_class("tl")
        self.add_class("tl-card")
        self.show(view)

    def show(self, view: RunView, film: Film | None = None) -> None:
        """Draw the run as it is in this view. What is drawn already is not sent again."""
        self.view = view
        self.film = self.film if film is None else film
        self.scrub.show(self.film)
        self.bar.show(view)
        if view.approvals != tuple(form.approval for form in self.forms):
            self._ask(view.approvals)
        for form in self.forms:
            form.show(view, self.controls.pacing)
        self._draw()

    def close(self) -> None:
        """Take the card off the page, with everything in it, and the forms that were answered."""
        super().close()
        for form in self.answered:
            form.close()

    def __repr__(self) -> str:
        return "RunCard()"  # a stored notebook is compared by this text: it must not tell the state

    def _draw(self) -> None:
        """Draw the present, or the frame of the film that the slider stands at."""
        place = self.scrub.place
        frame = None if place is None else self.film.frames[place]
        (self.remove_class if frame is None else self.add_class)("tl-past")
        card = card_of(self.view if frame is None else frame.view)
        self.aloud.words = aloud(self.view, self.controls.pacing)
        if frame is None:
            self._draw_lanes()
        for name, part in self.parts.items():
            body = html(name, card=card)
            part.value = f'<div class="tl-part">{body}</div>' if body else ""

    def _draw_lanes(self) -> None:
        """What happened beside what was seen of it, where somebody here can know."""
        truth = self.controls.truth(self.view.run)
        if truth is not None and self.view.at is not None:
            line = timeline_of(self.view.run, truth, self.view.requests, self.view.at)
            self.lanes.value = f'<div class="tl-part">{render_lanes(line)}</div>'

    def _ask(self, approvals: tuple[Approval, ...]) -> None:
        """Give each open approval its form; one that is open already keeps what was typed."""
        before, open_already = self.forms, {form.approval: form for form in self.forms}
        self.forms = tuple(open_already.get(one) or ApprovalForm(one) for one in approvals)
        gone = [form for form in before if form not in self.forms]
        if any(form.was_pressed for form in gone):
            self.bar.pause.focus()  # first: what is taken off the page must not hold the focus
        self.questions.children = self.forms
        self.questions.layout.display = "" if self.forms else "none"
        self.answered += gone  # closed with the card, not while the page takes them off


def aloud(view: RunView, pacing: Pacing) -> str:
    """What a screen reader says when it changes: the status, a pause, and that somebody is waited for."""
    asked = ", ".join(approval.call.title for approval in view.approvals)
    question = f"; {asked}: yes or no?" if asked else ""
    return f"run {view.run.status}{question}{'; paused' if pacing.paused else ''}"
