"""Displays: where a run is shown while it is watched. One protocol, one implementation for each place.

How a notebook keeps what was shown. A live widget is not stored, and its replacement by
`update_display_data` is applied by JupyterLab and nbclient but not by nbval, so reference and test would
differ. Therefore the live card is one output, whose stored text is constant (`RunCard()`, and empty HTML),
and the finished card a second one, published where the live card stood, which is then closed: JupyterLab
hides a closed widget's output. That holds for `run = await watch(run)` too, and when watching raises.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

from IPython.core.getipython import get_ipython
from IPython.display import display
from rich.console import Console
from rich.live import Live

from threadlab.errors import ThreadlabError
from threadlab.following.run_panel import run_panel
from threadlab.following.run_view import RunView
from threadlab.widgets.runs.film import Film
from threadlab.widgets.runs.run_card import render_html
from threadlab.widgets.runs.run_card_text import render_text
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.live_run_card import RunCard


class Display(Protocol):
    """A place that shows one run. `begin` comes first, `end` last and always."""

    def begin(self, view: RunView, controls: Controls) -> None:
        """Show the run for the first time. What is pressed in `controls`, `watch` heeds at once."""
        ...

    def update(self, view: RunView, film: Film) -> None:
        """Show it as it is now. `film` is how it came to be so."""
        ...

    def end(self, view: RunView) -> bool:
        """Watching is over. True where the finished card stands on the page now."""
        ...


class WidgetDisplay:
    """A live card with buttons in a notebook, and the finished card in its place at the end."""

    def __init__(self) -> None:
        self.card: RunCard | None = None

    def begin(self, view: RunView, controls: Controls) -> None:
        """Put the live card under the cell."""
        self.card = RunCard(view, controls)
        live = self.card._repr_mimebundle_()
        publish({**live, "text/plain": repr(self.card), "text/html": ""})

    def update(self, view: RunView, film: Film) -> None:
        """Redraw what changed."""
        if self.card is not None:
            self.card.show(view, film)

    def end(self, view: RunView) -> bool:
        """Publish the finished card and close the live one."""
        publish_card(view)
        if self.card is not None:
            self.card.close()
        return True


class StaticDisplay:
    """Nothing while the run goes on, the finished card at the end: for pages that cannot move."""

    def begin(self, view: RunView, controls: Controls) -> None:
        """Show nothing yet."""

    def update(self, view: RunView, film: Film) -> None:
        """Show nothing yet."""

    def end(self, view: RunView) -> bool:
        """Publish the finished card."""
        publish_card(view)
        return True


class RichDisplay:
    """A live panel in a terminal; where the output is no terminal, the panel as it was at the end."""

    def __init__(self, console: Console | None = None) -> None:
        self.live = Live(console=console, auto_refresh=False)

    def begin(self, view: RunView, controls: Controls) -> None:
        """Draw the panel."""
        self.live.start()
        self._draw(view)

    def update(self, view: RunView, film: Film) -> None:
        """Draw the panel again."""
        self._draw(view)

    def end(self, view: RunView) -> bool:
        """Leave the last panel standing."""
        self._draw(view)
        self.live.stop()
        return True

    def _draw(self, view: RunView) -> None:
        self.live.update(run_panel(view), refresh=True)


class NoDisplay:
    """Nothing at all: the run that `watch` returns is then shown like any other value."""

    def begin(self, view: RunView, controls: Controls) -> None:
        """Show nothing."""

    def update(self, view: RunView, film: Film) -> None:
        """Show nothing."""

    def end(self, view: RunView) -> bool:
        """Show nothing."""
        return False


def display_named(name: str | None) -> Display:
    """The display of that name, or for None the one that suits where this runs.

    Raises ThreadlabError for another name.
    """
    match name or ("widgets" if in_notebook() else "rich"):
        case "widgets":
            return WidgetDisplay()
        case "rich":
            return RichDisplay()
        case "static":
            return StaticDisplay()
        case "none":
            return NoDisplay()
    raise ThreadlabError(
        f"there is no display {name!r}", hint='use "widgets", "rich", "static", "none", or leave it out'
    )


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel."""
    return getattr(get_ipython(), "kernel", None) is not None


def attended() -> bool:
    """Whether somebody may be there to press buttons: not where THREADLAB_UNATTENDED is set.

    Whoever executes notebooks by a program sets it. A run that waits for a person then goes on to its
    expiry, where it would otherwise wait for ever.
    """
    return not os.environ.get("THREADLAB_UNATTENDED")


def current_cell() -> str | None:
    """The request by which the cell that runs now was sent to its kernel; None outside a notebook.

    Not the cell's number: a kernel that is told to keep no history, as nbval tells it, counts no cells.
    """
    shell: Any = get_ipython()
    return str(shell.get_parent()["header"]["msg_id"]) if in_notebook() else None


def publish_card(view: RunView) -> None:
    """Put the finished card on the page, as HTML and as text."""
    publish({"text/html": render_html(view), "text/plain": render_text(view)})


class _Published:
    """Something to display, given in all its forms."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self.bundle = bundle

    def __repr__(self) -> str:
        return str(self.bundle["text/plain"])

    def _repr_mimebundle_(self, **_: Any) -> Mapping[str, Any]:
        return self.bundle


def publish(bundle: Mapping[str, Any]) -> None:
    """Put something on the page, in all the forms that it is given in, by their MIME types."""
    display(_Published(bundle))
