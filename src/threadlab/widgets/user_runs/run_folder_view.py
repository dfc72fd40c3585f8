"""Run folder view: the folder of a flow's run, growing while it goes; back in its time; from a node again.

    context.setup_run()
    views.run_folder(context)         # then, in a later cell: AgentRunner(writer, context).run()

A stored notebook shows the tree as it was when the view was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets

from threadlab.errors import ThreadlabError
from threadlab.flows.run_context import RunContext
from threadlab.flows.runner import AgentRunner
from threadlab.journal.fact import Ended, Entry, Interrupted
from threadlab.journal.record import Record
from threadlab.journal.run_directory import LOCK
from threadlab.widgets.drawing.growing import Growing, script
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.short_forms import clipped, pretty
from threadlab.widgets.user_runs.fact_reel import Stop, stop_of
from threadlab.widgets.user_runs.run_folder import FolderRow, RunFolder, head_of, render_html, render_text
from threadlab.widgets.user_runs.shown_user_run import ShownUserRun, record_of
from threadlab.widgets.watching.scrub_bar import ScrubBar

HOW = "Choose a folder of a node: it shows its result, and what a rerun from there would take."
NO_CODE = "A log holds no code: show the RunContext of this run, and a node can be run again from here."


class FolderTree(Growing):
    """The rows of the tree, each where its folder is. `choose` is called with the chosen component's path."""

    _esm = script("elements.js", "growing.js", "folder.js")
    chosen = traitlets.Unicode().tag(sync=True)

    def __init__(self, choose: Callable[[str], object]) -> None:
        self._choose = choose
        self._places: dict[str, int] = {}
        super().__init__()

    def show(self, rows: Sequence[FolderRow]) -> None:
        """Add these rows, or put them in the place of those with the same path."""
        for row in rows:
            line = _line(row)
            if row.path in self._places:
                self.put(self._places[row.path], line)
            else:
                self._places[row.path] = self.append(line)

    def look_back(self, rows: Sequence[FolderRow] | None, fresh: frozenset[str] = frozenset()) -> None:
        """Show these rows instead, of which those at `fresh` are new; None for the present again."""
        past = None if rows is None else [{**_line(row), "fresh": row.path in fresh} for row in rows]
        self.send({"past": past})

    def answer(self, asked: Mapping[str, Any]) -> None:
        """A view says which component was chosen."""
        if isinstance(path := asked.get("choose"), str):
            self._choose(path)


@dataclass(frozen=True, slots=True)
class _Stops:
    """The stops so far, for the scrub bar: a list that grows, and how far it counts."""

    frames: Sequence[Stop]
    length: int

    def __len__(self) -> int:
        return self.length


class RunFolderView(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The folder of a run, from its context or, to look at only, from its record.

    `again` are the views of the reruns that were started here, which stand below it.
    """

    def __init__(self, run: RunContext | ShownUserRun) -> None:
        self.run = run
        self.folder = RunFolder()
        self.entries: list[Entry] = []
        self.again: tuple[RunFolderView, ...] = ()
        self.chosen = ""
        self._stops: list[Stop] = []
        self._unsubscribe: Callable[[], None] = lambda: None
        self.head, self.unit = ipywidgets.HTML(), ipywidgets.HTML()
        self.tree = FolderTree(self.choose)
        self.scrub = ScrubBar(self._look)
        self.button = ipywidgets.Button(description="Rerun from here", disabled=True)
        self.button.on_click(lambda _: self.rerun())
        row = ipywidgets.HBox([self.button])
        row.add_class("tl-buttons")
        parts = [ipywidgets.HTML(style()), self.head, self.scrub, self.tree, self.unit, row]
        self.card = ipywidgets.VBox(parts)
        self.card.add_class("tl")
        self.card.add_class("tl-card")
        super().__init__([self.card])
        self._begin()

    def choose(self, path: str) -> None:
        """Choose the component at that dot path, as a press does."""
        self.chosen = self.tree.chosen = path
        self._tell()

    def rerun(self) -> RunFolderView | None:
        """Run it again from the chosen component on, as the button does; the new run's view stands below."""
        if not isinstance(self.run, RunContext):
            return None
        try:
            context = self.run.rerun_from(self.chosen or None)
            context.on_plan = None  # it is on the page already
            context.setup_run()
        except ThreadlabError as problem:
            self._tell(f"{problem.message}: {problem.hint}")
            return None
        made = RunFolderView(context)
        self.again = (*self.again, made)
        self.children = [self.card, *self.again]
        try:
            with context:
                AgentRunner(context.tree.root, context).run()
        except Exception as problem:  # the flow's own, which its card tells
            made._tell(f"{type(problem).__name__}: {problem}")
        return made

    def refresh(self) -> None:
        """Read what another process wrote since."""
        for entry in self._record().entries[len(self.entries) :]:
            self._see(entry)

    def close(self) -> None:
        """Take it off the page, with everything in it, and listen no longer."""
        self._unsubscribe()
        for widget in (*self.card.children, self.button, self.card, *self.again):
            widget.close()
        super().close()

    def __repr__(self) -> str:
        return "\n\n".join([render_text(self.folder), *map(repr, self.again)])

    def _repr_mimebundle_(self, **options: Any) -> Mapping[str, Any]:
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self), "text/html": "\n".join(self._still())}

    def _still(self) -> Iterator[str]:
        yield render_html(self.folder)
        for one in self.again:
            yield from one._still()

    def _begin(self) -> None:
        if isinstance(self.run, RunContext) and self.run.prepared.is_open:
            self._unsubscribe = self.run.prepared.subscribe(self._see)
        for entry in self._record().entries:
            self._see(entry)

    def _record(self) -> Record:
        return self.run.record if isinstance(self.run, RunContext) else record_of(self.run)

    def _see(self, entry: Entry) -> None:
        """One more fact; called from whichever thread did the work."""
        self.entries.append(entry)
        rows = self.folder.add(entry)
        if isinstance(entry.fact, Ended | Interrupted):
            rows += self.folder.find(self._on_disk())
        self._stops.append(stop_of(entry, self.entries[0].at, self.folder.status))
        self.tree.show(rows)
        self.scrub.show(_Stops(self._stops, len(self._stops)))
        if self.scrub.place is None:
            self.head.value = html("run_folder_head.html", head=head_of(self.folder.record))
        if self.chosen or isinstance(entry.fact, Ended):
            self._tell()

    def _on_disk(self) -> list[str]:
        """Files that are in no log: what commands wrote, and what was copied in."""
        if not isinstance(self.run, RunContext):
            return []
        folder: Path = self.run.env_params.run_dir
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return [path.relative_to(folder).as_posix() for path in files if not path.name.startswith(LOCK)]

    def _look(self) -> None:
        """The slider was moved."""
        place = self.scrub.place
        if place is None:
            self.tree.look_back(None)
            self.head.value = html("run_folder_head.html", head=head_of(self.folder.record))
            return
        then = RunFolder(self.entries[:place])
        fresh = frozenset(row.path for row in then.add(self.entries[place]))
        self.tree.look_back(tuple(then.rows.values()), fresh)
        self.head.value = html("run_folder_head.html", head=head_of(then.record))

    def _tell(self, says: str = "") -> None:
        """What is chosen, and what a rerun from there would take."""
        says = says or self._would_take()
        self.unit.value = html("run_folder_unit.html", unit=_unit(self.folder.record, self.chosen), says=says)

    def _would_take(self) -> str:
        self.button.disabled = True
        record = self.folder.record
        if not isinstance(self.run, RunContext):
            return NO_CODE if self.chosen else ""
        if record.ended_at is None:
            return ""
        if not self.chosen:
            return HOW
        try:
            plan = self.run.rerun_from(self.chosen).plan()
        except ThreadlabError as problem:
            return f"{problem.message}: {problem.hint}"
        self.button.disabled = False
        return f"Rerun from here: {plan}"


@dataclass(frozen=True, slots=True)
class _Unit:
    """The chosen component in words."""

    path: str
    about: str = ""
    prompt: str = ""
    result: str = ""


def _unit(record: Record, path: str) -> _Unit | None:
    if not path:
        return None
    if (call := record.call(path)) is not None:
        return _Unit(path, f"agent call, {call.status}", call.prompt, clipped(call.output))
    unit = next((one for one in record.units if one.path == path), None)
    if unit is None:
        return _Unit(path)
    told = unit.error.message if unit.error else pretty(unit.result)
    result = "" if unit.status == "in_progress" else clipped(told)
    return _Unit(path, f"{unit.kind}, {unit.status}", result=result)


def _line(row: FolderRow) -> dict[str, Any]:
    """A row as plain values, for the page."""
    look = row.look
    return {
        "path": row.path,
        "name": row.name,
        "folder": row.is_folder,
        "unit": row.unit,
        "style": look.style if look else "",
        "sign": look.mark if look else "",
        "word": look.word if look else "",
        "says": " · ".join(part for part in (look.word if look else "", row.about) if part),
    }
