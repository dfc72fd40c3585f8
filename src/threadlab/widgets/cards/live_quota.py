"""Live quota: the quota view with a Clean up button: a press shows what would go, a second one lets it go."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import ipywidgets

from threadlab.objects.quota import CleanedUp, Quota
from threadlab.widgets.cards.quota_view import clean_up_view, quota_view
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.whole import Whole

FIRST = "Clean up …"


class HasQuota(Protocol):
    """A lab."""

    def quota(self) -> Quota:
        """What lies at the service now."""
        ...

    def cleanup(self, *, older_than: timedelta | float = 0.0, dry_run: bool = False) -> CleanedUp:
        """Delete what was made here and is old enough."""
        ...


class LiveQuota(Whole):
    """What lies at the service. Only what was made here, `older_than` ago at least, is ever deleted."""

    def __init__(self, lab: HasQuota, *, older_than: timedelta | float = 0.0) -> None:
        self.lab = lab
        self.older_than = older_than
        self.view = ipywidgets.HTML()
        self.plan = ipywidgets.HTML()
        self.clean = ipywidgets.Button(description=FIRST, tooltip="Show what would be deleted")
        self.keep = ipywidgets.Button(description="Keep everything")
        self.again = ipywidgets.Button(description="Look again")
        self.clean.on_click(self._press)
        self.keep.on_click(lambda _: self.refresh())
        self.again.on_click(lambda _: self.refresh())
        self.buttons = ipywidgets.HBox([self.clean, self.keep, self.again])
        self.buttons.add_class("tl-buttons")
        super().__init__([ipywidgets.HTML(style()), self.view, self.plan, self.buttons])
        self.add_class("tl")
        self.add_class("tl-card")
        self.refresh()

    def refresh(self) -> None:
        """Ask the service what lies there, and forget what was to be deleted."""
        self._show_quota()
        self.plan.value = ""
        self._offer(None)

    def __repr__(self) -> str:
        return "LiveQuota()"  # a stored notebook is compared by this text

    def _press(self, button: ipywidgets.Button) -> None:
        """Show the plan, or carry out the one that is shown."""
        really = self.clean.description != FIRST
        done = self.lab.cleanup(older_than=self.older_than, dry_run=not really)
        self.plan.value = html("clean_up.html", view=clean_up_view(done), shell="tl-shown")
        if really:
            self._show_quota()
        self._offer(None if really else len(done.deleted))

    def _show_quota(self) -> None:
        self.view.value = html("quota.html", view=quota_view(self.lab.quota()), shell="tl-shown")

    def _offer(self, planned: int | None) -> None:
        """The buttons for what comes next: a plan of so many, or none yet."""
        asked = bool(planned)
        self.clean.description = f"Delete these {planned}" if asked else FIRST
        self.clean.tooltip = "Delete them now" if asked else "Show what would be deleted"
        self.clean.button_style = "danger" if asked else ""
        self.keep.layout.display = "" if asked else "none"
