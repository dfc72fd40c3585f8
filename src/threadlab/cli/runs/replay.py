"""`threadlab runs replay`: a user run made again from what is recorded, with no request at all."""

from __future__ import annotations

from threadlab.cli.runs.options import NEWEST, Folder, Which


def replay(user_run: Which = NEWEST, folder: Folder = None) -> None:
    """Make a user run again from its own log, and compare: no agent is asked, no tool is run.

    Exit status 1 where the replay is not the same, or asks for something that was never recorded.
    """
    import typer

    from threadlab.cli.page import out
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.connect.connect import connect
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.history import History

    workspace = workspace_here(folder)
    identity = user_run_id(workspace, user_run)
    with connect() as lab:
        history = History(lab, workspace.folder)
        before = len(lab.wire.entries)
        replayed = history.user_run(identity).replay()
        requests = len(lab.wire.entries) - before
        both = history.compare(identity, replayed.id)
    same = both.divergence is None and both.a.output == both.b.output
    verdict = "the same happened" if same else "not the same happened"
    out.print(
        foreign_text(f"{replayed.id} replays {identity}: {verdict}, {requests} requests"), soft_wrap=True
    )
    if not same:
        out.print(both)
        raise typer.Exit(1)
