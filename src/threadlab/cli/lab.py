"""`threadlab lab`: JupyterLab, opened on the learner's copy of a lesson."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer


def lab(
    context: typer.Context,
    lesson: Annotated[str, typer.Option(help="Which lesson to open.", metavar="NN")] = "01",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew; the old copy is kept beside it.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only start the server.")] = False,
) -> None:
    """Open JupyterLab on your copy of a lesson. Other options, such as --port, go to JupyterLab."""
    from threadlab.cli.course_here import course_here
    from threadlab.cli.page import out
    from threadlab.course.working_copy import open_working_copy

    chosen = course_here().lesson(lesson)
    copy = open_working_copy(chosen, fresh)
    out.print(f"Your copy of lesson {chosen.number}: {copy.relative_to(chosen.root)}")
    out.print("Stop JupyterLab with Ctrl-C in this window.")
    passed_on = ["--no-browser", *context.args] if no_browser else context.args
    raise typer.Exit(_run(jupyterlab_command(chosen.root, copy, passed_on), chosen.root))


def jupyterlab_command(root: Path, copy: Path, passed_on: list[str]) -> list[str]:
    """The command that starts JupyterLab in the course's folder, on one notebook, without news pop-ups."""
    return [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{copy.relative_to(root).as_posix()}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        *passed_on,
    ]


def _run(command: list[str], folder: Path) -> int:
    """Become the command, so that Ctrl-C and every other signal is its own; Windows cannot, and waits."""
    # this environment's kernel, not one of the same name that was installed for the user; and in
    # JupyterLab's terminals this environment's `threadlab`
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    os.chdir(folder)
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(command[0], command)
    server = subprocess.Popen(command)
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            continue  # the server got the Ctrl-C too, and asks what is meant
