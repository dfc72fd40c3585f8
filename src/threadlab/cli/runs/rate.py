"""`threadlab runs rate`: say how good a user run was, or one decision in it, also days later."""

from __future__ import annotations

from time import time
from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder


def rate(
    user_run: Annotated[str, typer.Argument(help="Its id, a piece of it, or its number.")],
    stars: Annotated[int, typer.Argument(min=1, max=5, help="1 (bad) to 5 (good).")],
    comment: Annotated[str, typer.Argument(help="Why.")] = "",
    decision: Annotated[
        str, typer.Option(help="Only this decision of its orchestrator, by its number.")
    ] = "",
    folder: Folder = None,
) -> None:
    """Rate a user run. An orchestrator whose delayed learning loop is on learns from it later."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.bodies.orchestration import OrchestrationContext
    from threadlab.journal.annotations import given_feedback
    from threadlab.journal.decision import decision_path

    workspace = workspace_here(folder)
    identity = user_run_id(workspace, user_run)
    path = ""
    if decision:
        path = decision_path(OrchestrationContext.of(workspace, identity).decision(decision).path)
    workspace.annotate(identity, given_feedback(None, stars, comment=comment, path=path), time())
    about = f"decision {decision} of {identity}" if decision else identity
    out.print(foreign_text(f"rated {about}: {stars} of 5 stars"), soft_wrap=True)
