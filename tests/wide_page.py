"""A wide page: verbs of the command line, run where their tables have room, whatever the terminal is."""

from __future__ import annotations

from collections.abc import Sequence

from typer import Typer
from typer.testing import CliRunner, Result

from threadlab.cli import page

WIDE = 200


def on_a_wide_page(app: Typer, arguments: Sequence[str]) -> Result:
    """What the verb said, and how it ended. The consoles know their width since they were imported."""
    before = page.out.width
    page.out.width = WIDE
    try:
        return CliRunner().invoke(app, list(arguments))
    finally:
        page.out.width = before
