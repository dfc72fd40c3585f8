"""`threadlab runs cancel`: have a user run ended, whoever works on it."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import NEWEST, Folder, Which


def cancel(
    user_run: Which = NEWEST,
    why: Annotated[str, typer.Option(help="For the log: why it is ended.")] = "",
    folder: Folder = None,
) -> None:
    """End a user run: here and now if nobody works on it, else as soon as that process looks.

    What it finished is kept. One that is over stays as it is.
    """
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.connect.connect import connect
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.history import History

    workspace = workspace_here(folder)
    identity = user_run_id(workspace, user_run)
    was_over = workspace.record(identity).ended_at is not None
    with connect() as lab:
        record = History(lab, workspace.folder).user_run(identity).cancel(why).record
    told = f"{identity} is {record.status}"
    if was_over:
        told += ": it was over before"
    elif record.ended_at is None:
        told += ": the process that works on it was asked to end it"
    out.print(foreign_text(told), soft_wrap=True)
