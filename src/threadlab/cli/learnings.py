"""`threadlab learnings`: what user runs have taught the orchestrator, what it weighs, and taking it back."""

from __future__ import annotations

from time import time
from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder

learnings = typer.Typer(
    help="Look at what was learned from user runs, and take it out of use. Needs no service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Which = Annotated[str, typer.Argument(metavar="LEARNING", help="Its id, or the end of it.")]


@learnings.command("list")
def list_learnings(
    retired: Annotated[bool, typer.Option("--retired", help="Those that were retired, too.")] = False,
    folder: Folder = None,
) -> None:
    """List the learnings, the heaviest first: what to prefer or avoid, for which requests, and why."""
    from threadlab.cli.learnings_here import learnings_here
    from threadlab.cli.page import out, tell
    from threadlab.following.terminal_text import counted

    kept, now = tuple(learnings_here(folder)), time()
    shown = [one for one in kept if retired or not one.retired]
    for one in sorted(shown, key=lambda one: (-one.weight_at(now), -one.weight, one.id)):
        why = one.out_of_use(now)
        line = f"{one.id}  {one.weight_at(now):.2f}  {one.text}{f' ({why})' if why else ''}"
        tell(line, deeper=len(one.id) + 8)
    if not shown and kept:
        out.print(f"{counted(len(kept), 'learning')}, all retired: --retired lists them")
    elif not kept:
        out.print("nothing was learned in this folder yet")


@learnings.command()
def weights(folder: Folder = None) -> None:
    """Show what each learning weighs today, when it expires, and how much speaks for it and against it."""
    from threadlab.cli.learnings_here import learnings_here
    from threadlab.cli.page import out

    out.print(learnings_here(folder).table(time()))


@learnings.command()
def retire(
    learning: Which,
    why: Annotated[str, typer.Argument(help="Why, for whoever reads the list.")] = "",
    folder: Folder = None,
) -> None:
    """Take a learning out of use: it is never quoted again, and never learned again."""
    from threadlab.cli.learnings_here import learnings_here
    from threadlab.cli.page import tell

    retired = learnings_here(folder).retire(learning, why, time())
    tell(f"retired {retired.id}: {retired.text}")


@learnings.command()
def satisfaction(folder: Folder = None) -> None:
    """Show what people came with, by type of request, and how content they were."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.orchestration.learning.request_types import FILE, RequestTypes
    from threadlab.orchestration.learning.satisfaction import satisfaction as by_type

    workspace = workspace_here(folder)
    types = RequestTypes.read(workspace.folder.parent / "orchestration" / FILE)
    out.print(by_type(workspace, types))
