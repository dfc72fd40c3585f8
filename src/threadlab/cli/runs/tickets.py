"""`threadlab runs tickets`: what slow tools promised."""

from __future__ import annotations

from threadlab.cli.runs.options import Folder


def tickets(folder: Folder = None) -> None:
    """List the tickets, the oldest first: what each is about, which user run waits for it, what came."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.tickets.tickets import Tickets

    for one in (found := list(Tickets.of(workspace_here(folder)))):
        by = f" by {one.completion.by}" if one.completion else ""
        line = f"{one.id}  {one.status}{by}  {one.issued.about}, for {one.issued.user_run}"
        out.print(foreign_text(line), soft_wrap=True)
    if not found:
        out.print("no tickets")
