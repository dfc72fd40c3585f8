"""Live run card: the run card while the run goes on, with buttons.

The card is drawn in parts, each an HTML widget of its own, and a part is sent only when its HTML is another
than before: a poll that saw nothing new costs the meter and one line of the wire.
"""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from threadlab.following.run_view import RunView
from threadlab.objects.approval import Approval
from threadlab.widgets.page import html, style
from threadlab.widgets.run_card import card_of
from threadlab.widgets.short_forms import first_line

PARTS = ("run_head.html", "run_meter.html", "run_work.html", "run_answer.html", "run_wire_live.html")


class RunCard(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The card of one run. `show` redraws it; `on_cancel` is called when Cancel is pressed.

    A press only calls: whoever watches the run does the cancelling. Approve and Deny answer the open
    approval directly, for that is one assignment.
    """

    def __init__(self, view: RunView, *, on_cancel: Callable[[], object] | None = None) -> None:
        self.on_cancel = on_cancel
        self.parts = {name: ipywidgets.HTML() for name in PARTS}
        self.cancel = ipywidgets.Button(description="Cancel run", tooltip="Ask the service to end this run")
        self.cancel.on_click(self._press_cancel)
        self.approvals: tuple[Approval, ...] = ()
        self.buttons = ipywidgets.HBox([self.cancel])
        self.buttons.add_class("tl-buttons")
        super().__init__([ipywidgets.HTML(style()), *self.parts.values(), self.buttons])
        self.add_class("tl")
        self.add_class("tl-card")
        self.show(view)

    def show(self, view: RunView) -> None:
        """Draw the run as it is in this view. What is drawn already is not sent again."""
        card = card_of(view)
        for name, part in self.parts.items():
            body = html(name, card=card)
            part.value = f'<div class="tl-part">{body}</div>' if body else ""
        self.cancel.disabled = self.cancel.disabled or view.run.status == "cancelling"
        self.cancel.layout.display = "none" if view.ended or self.on_cancel is None else ""
        if view.approvals != self.approvals:
            self._ask(view.approvals)

    def close(self) -> None:
        """Take the card off the page, with everything in it."""
        for widget in (*self.children, *self.buttons.children):
            widget.close()
        super().close()

    def __repr__(self) -> str:
        return "RunCard()"  # a stored notebook is compared by this text: it must not tell the state

    def _press_cancel(self, button: ipywidgets.Button) -> None:
        button.disabled = True
        button.description = "Cancelling …"
        if self.on_cancel is not None:
            self.on_cancel()

    def _ask(self, approvals: tuple[Approval, ...]) -> None:
        """Give each open approval its two buttons."""
        for widget in self.buttons.children[:-1]:
            widget.close()
        self.approvals = approvals
        pairs = [button for approval in approvals for button in _answers(approval)]
        self.buttons.children = (*pairs, self.cancel)


def _answers(approval: Approval) -> tuple[ipywidgets.Button, ipywidgets.Button]:
    name = first_line(approval.call.name, 40)
    approve = ipywidgets.Button(description=f"Approve {name}", button_style="primary")
    deny = ipywidgets.Button(description=f"Deny {name}")

    def answer(pressed: ipywidgets.Button) -> None:
        approve.disabled = deny.disabled = True
        if not approval.decision.done():  # a callback or another card may have been quicker
            approval.approve() if pressed is approve else approval.deny()

    approve.on_click(answer)
    deny.on_click(answer)
    return approve, deny
