"""Rerun form: make a user run of the tree again, as it was or with other words; first the plan, then the run.

The plan stands beside the button as soon as something is chosen, and follows each change; it asks no service.
A folder keeps no functions: in a fresh kernel the form says which ones the branch has to be given first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ipywidgets

from threadlab.errors import ThreadlabError
from threadlab.history.again import Edited
from threadlab.history.execution import Seen
from threadlab.history.history import History
from threadlab.history.plans.plan import Plan
from threadlab.history.user_run import UserRun
from threadlab.journal.fact import Began, Entry
from threadlab.journal.record import Record
from threadlab.widgets.drawing.page import html
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.user_runs.fact_words import fact_words

ANYWHERE = ("the first change, else the beginning", "")
"""Where a rerun begins if nothing is chosen, in words and as no path of a unit of work."""

RERUN = "Rerun from here"
LONGEST = 120


class RerunForm(Whole):
    """The form for one user run. `grown` is called when a new one lies on disk, `made` when it is over."""

    def __init__(
        self, history: History, *, grown: Callable[[], object], made: Callable[[str, str], object]
    ) -> None:
        self.history = history
        self.chosen = ""
        self.plan: Plan | None = None
        self._grown, self._made = grown, made
        self._is_at_work = self._is_filled_in = False
        self.input = ipywidgets.Textarea(description="Say", rows=2)
        self.start = ipywidgets.Dropdown(description="From", options=[ANYWHERE])
        self.button = ipywidgets.Button(description=RERUN, tooltip="Make a new user run beside this one")
        self.head, self.told = ipywidgets.HTML(), ipywidgets.HTML()
        self.input.observe(lambda _: self._changed(), "value")
        self.start.observe(lambda _: self._changed(), "value")
        self.button.on_click(lambda _: self.rerun())
        self.row = ipywidgets.HBox([self.start, self.button])
        self.row.add_class("tl-buttons")
        super().__init__([self.head, self.input, self.row, self.told])
        self.add_class("tl-rerun")
        self.choose("")

    def choose(self, id: str) -> None:
        """Fill the form in for this user run; an empty id takes it off the page."""
        self.chosen = id
        self.layout.display = "" if id else "none"
        if not id:
            return
        record = self.history.user_run(id).record
        self.head.value = html("rerun_head.html", id=id)
        starts = list(_starts(record))
        self._is_filled_in = False
        self.input.value = record.received.input
        self.start.options = starts
        self.start.value = ""
        self.start.layout.display = "" if len(starts) > 2 else "none"
        self._is_filled_in = True
        self._look()

    def rerun(self) -> None:
        """What a press does: run what the plan tells. Where there was none, look whether there is one now."""
        if self._is_at_work or not self.chosen:
            return
        if self.plan is None:
            self._look()
            return
        self._is_at_work, base = True, self.chosen
        self.button.description = "Running …"
        try:
            again = self._run()
        except Exception as problem:  # a callback's error is seen by nobody: here it is
            self._tell(trouble=problem)
        else:
            self._made(base, again.id)
        finally:
            self._is_at_work = False
            self.button.description = RERUN

    def _run(self) -> UserRun:
        return self._edited().rerun(
            self.start.value or None, thread_policy="reject", on_plan=None, on_event=self._heard()
        )

    def _edited(self) -> Edited[UserRun]:
        """The chosen user run with what was changed. Looked up anew: tools may have been given since."""
        user_run, said = self.history.user_run(self.chosen), self.input.value
        return user_run.edit(input=None if said == user_run.record.received.input else said)

    def _heard(self) -> Callable[[Seen], None]:
        """Tells each fact once it is on disk, and that there is a new user run, and when it is at work."""
        told: list[Entry] = []

        def heard(seen: Seen) -> None:
            if isinstance(seen, Entry):
                if not told or isinstance(seen.fact, Began):
                    self._grown()
                told.append(seen)
                self._tell(works=first_line(fact_words(seen.fact), LONGEST))

        return heard

    def _changed(self) -> None:
        if self._is_filled_in and not self._is_at_work:
            self._look()

    def _look(self) -> None:
        """Plan it, and tell the plan, or why there is none."""
        self.plan = None
        try:
            self.plan = self._edited().plan(self.start.value or None)
        except ThreadlabError as problem:
            self._tell(trouble=problem)
        else:
            self._tell()

    def _tell(self, *, works: str = "", trouble: Exception | None = None) -> None:
        record = self.history.user_run(self.chosen).record
        anew = tuple(_called_anew(record, self.plan)) if self.plan and not trouble else ()
        self.told.value = html(
            "rerun_told.html",
            plan="" if self.plan is None or trouble else str(self.plan),
            anew=", ".join(anew),
            works=works,
            trouble=_words(trouble),
        )


def _starts(record: Record) -> Iterator[tuple[str, str]]:
    """Where a rerun can begin: at whatever changes, or at any unit of work."""
    yield ANYWHERE
    agents = {call.path: call.agent for call in record.calls}
    names = {**dict.fromkeys(one.path for one in record.units), **agents}
    names |= {tool.path: None for tool in record.tools}
    yield from ((f"{path} {names[path] or ''}".strip(), path) for path in sorted(names, key=_numbered))


def _numbered(path: str) -> list[tuple[int, str]]:
    """A path in the order of its numbers: "10" comes after "2"."""
    return [(int(part) if part.isdecimal() else 0, part) for part in path.split(".")]


def _called_anew(record: Record, plan: Plan) -> Iterator[str]:
    """The functions that the executed agent calls may call again, for their results are not used again."""
    for call in record.calls:
        if call.path in plan.executed:
            names = (tool.name for tool in call.tools if tool.path not in plan.tool_results)
            yield from dict.fromkeys(names)


def _words(problem: Exception | None) -> str:
    if problem is None:
        return ""
    if isinstance(problem, ThreadlabError):
        return f"{problem.message}: {problem.hint}" if problem.hint else problem.message
    return f"{type(problem).__name__}: {problem}"
