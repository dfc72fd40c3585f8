"""Live board: the task board of the user run that is being made, while it is made.

    with live_board(main) as board:
        turn = main.ask("Write a careful poem.", on_event=board.look)

In the block the board moves; after it the finished one stands in its place. See `displays` for how a
notebook keeps that.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import ipywidgets

from threadlab.history.branch import Branch
from threadlab.history.execution import Seen
from threadlab.history.user_run import UserRun
from threadlab.journal.fact import Began, Entry
from threadlab.journal.fold import GrowingRecord
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.whole import Whole
from threadlab.widgets.orchestrating.task_board import TaskBoard, board_of, render_html, render_text
from threadlab.widgets.watching.displays import in_notebook, publish


class LiveBoard(Whole):
    """The board of the user run at the head of a branch, drawn again whenever `look` is told something.

    It begins anew when another user run begins. A replay never is the head, and is not shown.
    """

    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._user_run: UserRun | None = None
        self._growing: GrowingRecord | None = None
        self._now = 0.0
        self._drawn = ipywidgets.HTML()
        super().__init__([ipywidgets.HTML(style()), self._drawn])
        self.add_class("tl")

    @property
    def board(self) -> TaskBoard | None:
        """The board as far as `look` was told; None before a user run began."""
        if self._user_run is None or self._growing is None:
            return None
        return board_of(self._growing.record, self._user_run.orchestration, self._now)

    def look(self, seen: Seen) -> None:
        """Draw it again. This is an `on_event`: a fact changes it, any other event lets its time pass."""
        self._now = seen.at
        if isinstance(seen, Entry):
            self._take_in(seen)
        if (board := self.board) is not None:
            self._drawn.value = html("task_board.html", board=board)

    def _take_in(self, entry: Entry) -> None:
        if isinstance(entry.fact, Began) and (head := self._branch.head) is not None:
            self._user_run, self._growing = head, _grown(head.record.entries, entry.seq)
        elif self._growing is not None and entry.seq == len(self._growing.record.entries) + 1:
            self._growing.add(entry)  # what comes before the next user run begins is none of this one's

    def __enter__(self) -> Self:
        """Show it under the cell; outside a notebook nothing is shown yet."""
        if in_notebook():
            live = self._repr_mimebundle_()
            publish({**live, "text/plain": repr(self), "text/html": ""})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the finished board where it stood, also when something was raised."""
        if (board := self.board) is not None:
            publish({"text/html": render_html(board), "text/plain": render_text(board)})
        self.close()

    def __repr__(self) -> str:
        return "LiveBoard()"  # a stored notebook is compared by this text: it must not tell the state


def _grown(entries: Sequence[Entry], last: int) -> GrowingRecord:
    """The record of the facts up to that number; whatever is on disk beyond it will be told."""
    growing = GrowingRecord(entries[0])
    for entry in entries[1:last]:
        growing.add(entry)
    return growing
