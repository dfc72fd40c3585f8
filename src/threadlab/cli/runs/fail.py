"""`threadlab runs fail`: say that a slow tool will have no result."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder, TicketId


def fail(
    ticket: TicketId,
    error: Annotated[str, typer.Argument(help="Why there will be no result, for the agent to read.")],
    folder: Folder = None,
) -> None:
    """Close a ticket without a result: whoever attends has the agent told why. The first one counts."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.tickets.tickets import Tickets

    done = Tickets.of(workspace_here(folder)).fail(ticket, error, by="threadlab runs fail")
    out.print(foreign_text(f"✕ {done}"), soft_wrap=True)
