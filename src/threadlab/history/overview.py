"""Overview: what a history can tell of all its user runs. It reads, and but for `prune` changes nothing.

Wherever user runs are chosen, the same words choose them: `history.table(tag="baseline",
since="2026-11-21")`.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TypedDict, Unpack

from threadlab.history.contexts.score import Scores, scores_on
from threadlab.history.desk import Desk
from threadlab.history.explained import Explained
from threadlab.history.navigation import goto
from threadlab.history.plans.on_plan import ShowsPlan, shows
from threadlab.history.plans.prune import Keep, Pruning
from threadlab.history.pruned_workspace import prune
from threadlab.history.reading.analytics import Plot, plot, runs_table, steps_table
from threadlab.history.reading.compare import Comparison, compare
from threadlab.history.reading.listing import Listing, Moment, known_status, known_trigger, moment
from threadlab.history.reading.questions import ask_about
from threadlab.history.reading.report import Report, performance
from threadlab.history.reading.table import Table
from threadlab.history.templates.templates import Templates
from threadlab.journal.listed import Filter
from threadlab.journal.record import Record


class Chosen(TypedDict, total=False):
    """Which user runs: those that fit all of these. `since` is included, `until` is not; see `Moment`."""

    status: str
    tag: str
    group: str
    agent: str
    tool: str
    trigger: str
    branch: str
    since: Moment
    until: Moment


class Overview:
    """Searches, tables, plots, comparisons and questions over the user runs of a workspace."""

    desk: Desk

    @property
    def templates(self) -> Templates:
        """The templates of this workspace."""
        return Templates(self.desk.workspace.folder / "templates", self.desk.workspace.files)

    def search(
        self, text: str = "", *, limit: int | None = None, newest_first: bool = True, **chosen: Unpack[Chosen]
    ) -> Listing:
        """The user runs that fit. All words of `text` must be in what was said, called, answered or tagged.

        Raises HistoryError for a status, a trigger or a time that there is not.
        """
        now = self.desk.lab.time.now()
        wanted = Filter(
            text=text,
            status=known_status(chosen.get("status")),
            tag=chosen.get("tag"),
            group=chosen.get("group"),
            agent=chosen.get("agent"),
            tool=chosen.get("tool"),
            trigger=known_trigger(chosen.get("trigger")),
            branch=chosen.get("branch"),
            after=moment(chosen.get("since"), now),
            before=moment(chosen.get("until"), now),
        )
        return Listing(self.desk.workspace.index.list(wanted, limit=limit, newest_first=newest_first))

    def records(self, text: str = "", **chosen: Unpack[Chosen]) -> tuple[Record, ...]:
        """What is recorded of those that fit, oldest first; one that cannot be read is left out."""
        found = self.search(text, newest_first=False, **chosen)
        return tuple(self.desk.tree.record(one.id) for one in found if one.is_readable)

    def find(self, where: str | int, branch: str | None = None) -> str:
        """The id at a place, 1 the oldest and -1 the newest, or the one that begins or ends so.

        Places are counted on a branch, where one is named. Raises UnknownUserRun.
        """
        if branch is None:
            return goto([one.id for one in self.search(newest_first=False) if one.is_readable], where)
        head = self.desk.branches.read(branch).head
        return goto([record.id for record in self.desk.tree.path(head)], where)

    def tags(self) -> dict[str, int]:
        """Every tag, with the number of user runs that have it."""
        return dict(Counter(tag for one in self.search() for tag in one.tags).most_common())

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Every named group with its user runs, oldest first; one may be in several."""
        listed = self.search(newest_first=False)
        names = sorted({name for one in listed for name in one.groups})
        return {name: tuple(one.id for one in listed if name in one.groups) for name in names}

    def table(self, **chosen: Unpack[Chosen]) -> Table:
        """One row for each user run: time, tokens, errors, cost. `.frame()` makes a DataFrame of it."""
        return runs_table(self.records(**chosen), self.desk.prices)

    def steps(self, **chosen: Unpack[Chosen]) -> Table:
        """One row for each step of all of them."""
        return steps_table(self.records(**chosen), self.desk.prices)

    def plot(self, what: str = "tokens", **chosen: Unpack[Chosen]) -> Plot:
        """A bar for each: "seconds", "tokens", "errors" or "cost". Needs the extra "plots"."""
        return plot(self.records(**chosen), what, self.desk.prices)

    def ask_about(self, question: str, **chosen: Unpack[Chosen]) -> Table:
        """The answer to a question over many user runs, such as "which tool fails most"."""
        return ask_about(self.records(**chosen), question, self.desk.prices)

    def report(self, **chosen: Unpack[Chosen]) -> Report:
        """The slowest steps, and what reuse has saved."""
        return performance(self.records(**chosen), self.desk.prices)

    def compare(self, a: Explained | str | int, b: Explained | str | int) -> Comparison:
        """Two user runs side by side, themselves or named as for `find`."""
        ids = (one.id if isinstance(one, Explained) else self.find(one) for one in (a, b))
        first, second = map(self.desk.tree.record, ids)
        return compare(first, second, self.desk.prices)

    def scores(self, branch: str) -> Scores:
        """How important each user run of a branch is, by its id, and why."""
        path = self.desk.tree.path(self.desk.branches.read(branch).head)
        return scores_on(path, self.desk.workspace.annotations)

    def prune(self, keep: Keep | int, *, dry_run: bool = False, on_plan: ShowsPlan = "history") -> Pruning:
        """Remove the user runs that nothing asks to keep; with `dry_run` only say which. See `Keep`.

        What is going to be removed is shown to `on_plan` first; a dry run is nothing but that, and returns
        it.
        """
        shown = partial(shows, on_plan, self.desk.on_plan)
        return prune(self.desk.workspace, self.desk.tree, keep, dry_run=dry_run, on_plan=shown)
