"""`threadlab runs retry`: a user run made again as it was; it only shows the plan without --yes."""

from __future__ import annotations

from threadlab.cli.runs.options import NEWEST, ComponentPlace, Folder, Which, Yes


def retry(
    user_run: Which = NEWEST, component: ComponentPlace = None, yes: Yes = False, folder: Folder = None
) -> None:
    """Make a user run again as it was, all of it live, such as one that failed. First the plan.

    The user run itself stays as it is. Exit status 1 where the new one does not complete.
    """
    from threadlab.cli.runs.plan_first import plan_first

    plan_first("retry", user_run, folder, start=None, component=component, yes=yes)
