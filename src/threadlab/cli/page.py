"""The page that verbs print on: two consoles, and how an error is shown."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.text import Text

from threadlab.errors import ThreadlabError
from threadlab.following.terminal_text import foreign_text

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def tell(text: str, deeper: int = 4) -> None:
    """Print lines; a pipe gets each whole. At a terminal a long one is folded, and goes on `deeper`."""
    for line in foreign_text(text).plain.splitlines():
        lead = " " * (len(line) - len(line.lstrip()) + deeper)
        folded = textwrap.wrap(line, out.width, subsequent_indent=lead, break_on_hyphens=False)
        out.print(Text("\n".join(folded) if out.is_terminal else line), soft_wrap=True)


def show_error(problem: ThreadlabError) -> None:
    """The message, then the hint, on standard error."""
    err.print(Text(problem.message, style="bold red"))
    if problem.hint:
        err.print(Text(f"→ {problem.hint}"))
