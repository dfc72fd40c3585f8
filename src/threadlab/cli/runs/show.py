"""`threadlab runs show`: one user run, from its log alone."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import NEWEST, Folder, Which


def show(
    user_run: Which = NEWEST,
    events: Annotated[bool, typer.Option("--events", help="Every fact of its log, one a line.")] = False,
    sequence: Annotated[bool, typer.Option("--sequence", help="Who said what to whom.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="The same in Mermaid's language.")] = False,
    decisions: Annotated[bool, typer.Option("--decisions", help="What its orchestrator decided.")] = False,
    folder: Folder = None,
) -> None:
    """Show a user run: what was asked, every agent call with its steps, and what came of it."""
    from threadlab.cli.page import out, tell
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.bodies.orchestration import OrchestrationContext
    from threadlab.orchestration.decision_lines import decisions_text
    from threadlab.orchestration.learning.feedback import stars_by_path
    from threadlab.widgets.user_runs.fact_reel import reel_of, strip_text
    from threadlab.widgets.user_runs.user_run_card import user_run_card
    from threadlab.widgets.user_runs.user_run_sequence import user_run_sequence
    from threadlab.widgets.user_runs.user_run_text import render_text

    workspace = workspace_here(folder)
    identity = user_run_id(workspace, user_run)
    record = workspace.record(identity)
    if decisions:
        tell(decisions_text(OrchestrationContext.of(workspace, identity), stars_by_path(workspace, identity)))
        return
    if events:
        text = strip_text(reel_of(record.entries))
    elif mermaid:
        text = user_run_sequence(record).mermaid
    elif sequence:
        text = repr(user_run_sequence(record))
    else:
        said = workspace.annotations(identity)
        text = render_text(user_run_card(record, said, is_stalled=workspace.is_stalled(identity)))
    out.print(foreign_text(text), soft_wrap=True)
