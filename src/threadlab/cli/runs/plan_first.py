"""Plan first: the verbs that cost something show what they would do, and do it only with --yes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from threadlab.cli.page import out
from threadlab.cli.runs.again import Verb, again
from threadlab.cli.runs.here import user_run_id, workspace_here
from threadlab.connect.connect import connect
from threadlab.errors import ToolDefinitionError
from threadlab.following.terminal_text import foreign_text
from threadlab.history.history import History
from threadlab.journal.record import Record


def plan_first(
    verb: Verb, which: str, folder: Path | None, *, start: str | None, component: str | None, yes: bool
) -> None:
    """Show the plan; with `yes` do it, and say what came of it: exit status 1 where it does not complete."""
    workspace = workspace_here(folder)
    record = workspace.record(user_run_id(workspace, which))
    with connect() as lab, _told_of_functions(record, verb):
        wanted = again(History(lab, workspace.folder), record, verb, start, component)
        if not yes:
            out.print(foreign_text(wanted.plan().shown), soft_wrap=True)
            out.print("Nothing was done. To do it, say the same with --yes")
            return
        tell(wanted.made())


def tell(record: Record) -> None:
    """Say how it stands with a user run, and what it waits for; exit status 1 where it did not complete."""
    out.print(foreign_text(f"{record.id} is {record.status}: {record.output}"), soft_wrap=True)
    for one in (one for one in record.interrupts if one.answer is None and record.ended_at is None):
        hint = f"threadlab runs answer {record.id} ..."
        out.print(foreign_text(f"it waits for an answer: {one.question}\n{hint}", "yellow"), soft_wrap=True)
    if record.status != "completed":
        raise typer.Exit(1)


def where_functions_are(record: Record, verb: str) -> str:
    """What to say instead, where a verb needs functions: neither a log nor a command line has any."""
    return (
        f"functions live in a program or notebook: say there "
        f'history.branch("{record.received.branch}", tools=[...]), then history["{record.id}"].{verb}()'
    )


@contextmanager
def _told_of_functions(record: Record, verb: str) -> Iterator[None]:
    """An error about functions that are not here says where the verb can be said instead."""
    try:
        yield
    except ToolDefinitionError as error:
        error.hint = where_functions_are(record, verb)
        raise
