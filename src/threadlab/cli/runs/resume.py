"""`threadlab runs resume`: go on with a user run that was left; it only shows the plan without --yes."""

from __future__ import annotations

from threadlab.cli.runs.options import NEWEST, ComponentPlace, Folder, Which, Yes


def resume(
    user_run: Which = NEWEST, component: ComponentPlace = None, yes: Yes = False, folder: Folder = None
) -> None:
    """Go on with a user run that a crash left, or that was answered. First the plan: what stays done.

    Exit status 1 where it does not complete.
    """
    from threadlab.cli.runs.plan_first import plan_first

    plan_first("resume", user_run, folder, start=None, component=component, yes=yes)
