"""`threadlab runs rerun`: a user run made again, from a node on; it only shows the plan without --yes."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import NEWEST, ComponentPlace, Folder, Which, Yes


def rerun(
    user_run: Which = NEWEST,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="PATH", help="Take over what comes before this: agent.flow.node, or 2."
        ),
    ] = None,
    component: ComponentPlace = None,
    yes: Yes = False,
    folder: Folder = None,
) -> None:
    """Make a user run again, from a node on or whole. First the plan: what is taken over, what is paid again.

    The user run itself stays as it is. Exit status 1 where the new one does not complete.
    """
    from threadlab.cli.runs.plan_first import plan_first

    plan_first("rerun", user_run, folder, start=start, component=component, yes=yes)
