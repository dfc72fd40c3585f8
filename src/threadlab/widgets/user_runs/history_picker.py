"""History picker: the tree of user runs, to move through; one that is picked can be made again from here.

Two that are picked are set side by side: so are a user run and its rerun, as soon as that is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anywidget
import ipywidgets
import traitlets

from threadlab.history.history import History
from threadlab.widgets.drawing.growing import script, sheet
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.user_runs.comparison_view import fragment
from threadlab.widgets.user_runs.history_forms import tree_of
from threadlab.widgets.user_runs.history_tree import ROW, HistoryTree, TreeRow, render_html, render_text
from threadlab.widgets.user_runs.rerun_form import RerunForm

HOW = "Pick a user run to make it again, and a second one to set both side by side."


class TreePicker(anywidget.AnyWidget):
    """The tree; `picked` are at most two ids, in the order in which they were picked."""

    _esm = script("elements.js", "history.js")
    _css = sheet()
    rows: traitlets.List[dict[str, object]] = traitlets.List().tag(sync=True)
    edges: traitlets.List[str] = traitlets.List().tag(sync=True)
    width = traitlets.Float().tag(sync=True)
    row = traitlets.Int(ROW).tag(sync=True)
    picked: traitlets.List[str] = traitlets.List().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.on_msg(self._hear)

    def show(self, tree: HistoryTree) -> None:
        """Draw this tree; what is picked and still there stays picked."""
        self.edges, self.width = list(tree.edges), tree.width
        self.rows = [_row(row) for row in tree.rows]
        known = {row.id for row in tree.rows}
        self.picked = [one for one in self.picked if one in known]

    def _hear(self, _: object, told: Any, __: object) -> None:
        """A row was picked on the page, or let go."""
        if isinstance(told, Mapping) and isinstance(picked := told.get("pick"), list):
            known = {row["id"] for row in self.rows}
            self.picked = [one for one in picked if one in known][-2:]

    def __repr__(self) -> str:
        return "TreePicker()"  # a stored notebook is compared by this text


class HistoryPicker(Whole):
    """The tree of a history; below it the form to make again what was picked last, and the comparison of two.

    It looks again at each press, and at `refresh()`: what other cells and processes made is then there, too.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.tree = TreePicker()
        self.form = RerunForm(history, grown=self.refresh, made=self._made)
        self.head, self.compared = ipywidgets.HTML(), ipywidgets.HTML()
        self.tree.observe(lambda _: self._picked(), "picked")
        super().__init__([ipywidgets.HTML(style()), self.head, self.tree, self.form, self.compared])
        self.add_class("tl")
        self.add_class("tl-card")
        self.refresh()

    def refresh(self) -> None:
        """Draw the user runs that there are by now."""
        self.view = tree_of(self.history)
        self.tree.show(self.view)
        self._say()

    def pick(self, a: str | int, b: str | int | None = None) -> None:
        """Pick a user run, or two of them, as presses do. Raises UnknownUserRun."""
        self.tree.picked = [self.history.find(one) for one in (a, b) if one is not None]

    def rerun(self) -> None:
        """Make again what was picked last, as the button does."""
        self.form.rerun()

    def __repr__(self) -> str:
        return render_text(self.view)

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self), "text/html": render_html(self.view)}

    def _made(self, base: str, again: str) -> None:
        """A rerun is over, or waits for an answer: it stands beside its base."""
        self.refresh()
        self.tree.picked = [base, again]

    def _picked(self) -> None:
        picked = self.tree.picked
        if {row["id"] for row in self.tree.rows} != set(self.history.workspace.ids()):
            self.refresh()
        self.form.choose(picked[-1] if picked else "")
        both = self.history.compare(picked[0], picked[1]) if len(picked) == 2 else None
        self.compared.value = fragment(both, shell="tl-below tl-ruled") if both else ""
        self._say()

    def _say(self) -> None:
        said = HOW if len(self.tree.picked) != 1 else f"{self.tree.picked[0]} is picked. {HOW}"
        self.head.value = html("history_head.html", tree=self.view, said=said)


def _row(row: TreeRow) -> dict[str, object]:
    """A row as plain values, for the page."""
    says = " · ".join(part for part in (row.look.word, row.origin, row.meter) if part)
    mark = row.mark
    return {
        "id": row.id,
        "style": row.look.style,
        "sign": row.look.mark,
        "word": row.look.word,
        "input": row.input,
        "says": says,
        "heads": list(row.heads),
        "mark": str(mark) if mark else "",
        "markStyle": mark.style if mark else "",
        "why": mark.why if mark else "",
        "x": row.x,
        "y": row.y,
    }
