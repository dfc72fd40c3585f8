"""`threadlab runs tree`: all user runs with their branches, as git draws its log."""

from __future__ import annotations

from threadlab.cli.runs.options import Folder


def tree(folder: Folder = None) -> None:
    """Draw the tree of user runs: what went on from what, and where each branch stands."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.following.terminal_text import foreign_text
    from threadlab.journal.listed import UNREADABLE
    from threadlab.widgets.user_runs.history_tree import heads_of, history_tree

    workspace = workspace_here(folder)
    listed = workspace.index.list()
    records = [workspace.record(one.id) for one in listed if one.status != UNREADABLE]
    out.print(foreign_text(repr(history_tree(records, heads_of(workspace.branches)))), soft_wrap=True)
    for one in listed:
        if one.status == UNREADABLE:
            out.print(foreign_text(f"  ? {one.id} cannot be read: {one.error}", "red"))
