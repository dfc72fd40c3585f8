"""`threadlab runs complete`: deliver the result of a slow tool, from outside."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder, TicketId

FROM_STDIN = "-"


def complete(
    ticket: TicketId,
    result: Annotated[str, typer.Argument(help="What came, as a text; - reads it from standard input.")],
    folder: Folder = None,
) -> None:
    """Complete a ticket: whoever attends has the agent told. The first completion counts."""
    import sys

    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.tickets.tickets import Tickets

    text = sys.stdin.read() if result == FROM_STDIN else result
    done = Tickets.of(workspace_here(folder)).complete(ticket, text, by="threadlab runs complete")
    out.print(foreign_text(f"✓ {done}"), soft_wrap=True)
