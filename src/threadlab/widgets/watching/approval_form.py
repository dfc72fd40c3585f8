"""Approval form: one call that waits for a person, with what is needed to decide.

What is typed is checked by the tool's own validation before anything is sent, and refused beside the field.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import ipywidgets
from markupsafe import escape

from threadlab.errors import ThreadlabError
from threadlab.following.run_view import RunView
from threadlab.objects.approval import Approval
from threadlab.widgets.drawing.page import html
from threadlab.widgets.drawing.short_forms import first_line, pretty_text, seconds
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.watching.pacing import Pacing

MOST_ROWS = 12


def problem_with(approval: Approval, typed: str) -> str:
    """Why these arguments (JSON text) cannot be sent; empty if they can."""
    try:
        json.loads(typed)
        approval.check(typed)
    except json.JSONDecodeError as wrong:
        return f"no valid JSON: {wrong.msg}, in line {wrong.lineno}, column {wrong.colno}"
    except ThreadlabError as wrong:
        return f"{wrong.message} → {wrong.hint}" if wrong.hint else wrong.message
    except Exception as wrong:  # a validator that the tool's author wrote
        return f"{type(wrong).__name__}: {wrong}"
    return ""


def is_other(approval: Approval, typed: str) -> bool:
    """Whether these arguments say something else than the model's, however they are laid out."""
    try:
        return bool(json.loads(typed) != json.loads(approval.call.arguments or "{}"))
    except ValueError:
        return typed.strip() != approval.call.arguments.strip()


def time_left(view: RunView, pacing: Pacing) -> str:
    """How long there is to decide, by the service's clock, in words; empty where nobody knows."""
    if view.run.expires_at is None or view.at is None:
        return ""
    left = max(int(view.run.expires_at - view.at + 0.999), 0)
    waits = ", and time stands still" if pacing.pace == 0 or (pacing.holds_the_run and pacing.paused) else ""
    return f"The run expires in {seconds(left)}{waits}." if left else "The run is about to expire."


class ApprovalForm(Whole):
    """Approve, Edit and Deny for one approval. It answers the approval itself, once."""

    def __init__(self, approval: Approval) -> None:
        self.approval = approval
        self.was_pressed = False
        self.name = first_line(approval.call.title, 40)
        asked = pretty_text(approval.call.arguments)
        self.head = ipywidgets.HTML()
        shown = html("approval_asked.html", arguments=asked, fixed=not approval.editable)
        self.asked = ipywidgets.HTML(shown)
        rows = min(max(asked.count("\n") + 2, 3), MOST_ROWS)
        self.arguments = ipywidgets.Textarea(value=asked, rows=rows, description="Arguments to run it with")
        self.arguments.add_class("tl-typed")
        self.problem = ipywidgets.HTML()
        self.approve = ipywidgets.Button(description=f"Approve {self.name}", button_style="primary")
        self.edit = ipywidgets.Button(description="Edit arguments", tooltip="Run it with other arguments")
        self.deny = ipywidgets.Button(description=f"Deny {self.name}", tooltip="The model is told so")
        self.reason = ipywidgets.Text(description="Why not?", placeholder="a reason for the model")
        if not approval.editable:  # nor does the service take a reason
            self.edit.layout.display = self.reason.layout.display = "none"
        self.buttons = ipywidgets.HBox([self.approve, self.edit, self.deny, self.reason])
        self.buttons.add_class("tl-buttons")
        for button, press in (
            (self.approve, self._press_approve), (self.edit, self._press_edit), (self.deny, self._press_deny)
        ):  # fmt: skip
            button.on_click(lambda _, press=press: press())
        self.arguments.observe(lambda _: self._judge(), "value")
        super().__init__([self.head, self.asked, self.arguments, self.problem, self.buttons])
        self.add_class("tl-approval")
        self._open_editor(False)

    def show(self, view: RunView, pacing: Pacing) -> None:
        """Tell the time that is left."""
        head = html("approval_head.html", call=self.approval.call, left=time_left(view, pacing))
        self.head.value = f'<div class="tl-part">{head}</div>'

    @property
    def is_editing(self) -> bool:
        """Whether the arguments can be typed in."""
        return bool(self.arguments.layout.display != "none")

    def _press_approve(self) -> None:
        if not self.is_editing or not is_other(self.approval, self.arguments.value):
            self._answer(lambda: self.approval.approve())
        elif not self._judge():
            typed = self.arguments.value
            self._answer(lambda: self.approval.approve(typed))

    def _press_deny(self) -> None:
        reason = self.reason.value.strip()
        self._answer(lambda: self.approval.deny(reason) if reason else self.approval.deny())

    def _press_edit(self) -> None:
        self._open_editor(not self.is_editing)
        if self.is_editing:
            self.arguments.focus()
        else:
            self.arguments.value = pretty_text(self.approval.call.arguments)

    def _open_editor(self, opened: bool) -> None:
        self.arguments.layout.display = "" if opened else "none"
        self.asked.layout.display = "none" if opened else ""
        self.edit.description = "Keep as asked" if opened else "Edit arguments"
        self._judge()

    def _judge(self) -> str:
        """Say beside the field what is wrong with it, and what Approve would do."""
        problem = problem_with(self.approval, self.arguments.value) if self.is_editing else ""
        said = f'<p class="tl-problem" role="alert">Not sent: {escape(problem)}</p>' if problem else ""
        self.problem.value = said
        edited = self.is_editing and is_other(self.approval, self.arguments.value)
        self.approve.description = f"Approve {self.name}{' as edited' if edited else ''}"
        return problem

    def _answer(self, answer: Callable[[], None]) -> None:
        self.was_pressed = True
        if not self.approval.decision.done():  # a callback or another card may have been quicker
            answer()
        decided = "approved" if self.approval.decision.result().approved else "denied"
        self.problem.value = f'<p class="tl-dim">{decided}</p>'
        self.buttons.add_class("tl-done")
