"""The command line: `threadlab VERB`, one file a verb.

A verb imports what it needs when it runs, so that `threadlab --help` is quick. Errors of the kit are shown
as what they are, a message and a hint; a traceback would hide the lesson.
"""

from __future__ import annotations

import sys

from threadlab.errors import CourseNotFound, ThreadlabError


def main() -> None:
    """Run the command line; the process ends with its exit status (2 where no course is)."""
    from threadlab.cli.app import app
    from threadlab.cli.page import show_error

    try:
        app(prog_name="threadlab")
    except CourseNotFound as problem:
        show_error(problem)
        sys.exit(2)
    except ThreadlabError as problem:
        show_error(problem)
        sys.exit(1)
