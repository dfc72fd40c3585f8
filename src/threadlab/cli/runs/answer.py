"""`threadlab runs answer`: answer what a user run asked, and go on with it where that can be done here."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import ComponentPlace, Folder


def answer(
    user_run: Annotated[
        str, typer.Argument(metavar="USER_RUN", help="Its id, a piece of it, or its number.")
    ],
    text: Annotated[
        str,
        typer.Argument(
            metavar="ANSWER", help="approve, deny: why, extend, stop, a tool's output, or any text."
        ),
    ],
    interrupt: Annotated[
        str | None, typer.Option(help="Which question, where several are open: its id.")
    ] = None,
    component: ComponentPlace = None,
    folder: Folder = None,
) -> None:
    """Answer a question. It is on disk at once; whoever works on the user run finds it there and goes on.

    Where nobody works on it, this does; exit status 1 where it does not complete then. If that needs
    functions, which only a program has, it says what to say there.
    """
    from threadlab.cli.page import out
    from threadlab.cli.runs.again import again
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.cli.runs.plan_first import tell, where_functions_are
    from threadlab.connect.connect import connect
    from threadlab.errors import ToolDefinitionError
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.given_answer import give_answer
    from threadlab.history.history import History

    workspace = workspace_here(folder)
    record = workspace.record(user_run_id(workspace, user_run))
    with connect() as lab:
        history = History(lab, workspace.folder)
        is_ours = give_answer(history.desk, record, text, interrupt)
        out.print(foreign_text(f"{record.id} was answered: {text}"), soft_wrap=True)
        if not is_ours:
            out.print("The process that works on it goes on.")
            return
        try:
            tell(again(history, record, "resume", None, component).made())
        except ToolDefinitionError:
            out.print(foreign_text(where_functions_are(record, "resume"), "yellow"), soft_wrap=True)
