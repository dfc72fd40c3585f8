"""The table of verbs."""

from __future__ import annotations

import typer

from threadlab.cli.check import check
from threadlab.cli.doctor import doctor
from threadlab.cli.hint import hint
from threadlab.cli.lab import lab
from threadlab.cli.list_lessons import list_lessons
from threadlab.cli.refresh import refresh
from threadlab.cli.serve import serve
from threadlab.cli.starters import starters

app = typer.Typer(
    help="Learn and experiment with AI-agent threads, messages, runs and run steps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(lab)
app.command()(check)
app.command()(hint)
app.command("list")(list_lessons)
app.command()(doctor)
app.command()(serve)
app.command(rich_help_panel="For authors")(refresh)
app.command(rich_help_panel="For authors")(starters)
