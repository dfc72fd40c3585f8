"""The page that verbs print on: two consoles, and how an error is shown."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from threadlab.errors import ThreadlabError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def show_error(problem: ThreadlabError) -> None:
    """The message, then the hint, on standard error."""
    err.print(Text(problem.message, style="bold red"))
    if problem.hint:
        err.print(Text(f"→ {problem.hint}"))
