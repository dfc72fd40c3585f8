"""The table of verbs."""

from __future__ import annotations

import typer

from threadlab.cli.audit import audit
from threadlab.cli.bench import bench
from threadlab.cli.check import check
from threadlab.cli.doctor import doctor
from threadlab.cli.hint import hint
from threadlab.cli.lab import lab
from threadlab.cli.learnings import learnings
from threadlab.cli.list_lessons import list_lessons
from threadlab.cli.refresh import refresh
from threadlab.cli.reset import reset
from threadlab.cli.runs.app import runs
from threadlab.cli.self_check import self_check
from threadlab.cli.serve import serve
from threadlab.cli.solution import solution
from threadlab.cli.starters import starters
from threadlab.cli.watch import watch

app = typer.Typer(
    help="Learn and experiment with AI-agent threads, messages, runs and run steps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(lab)
app.command()(watch)
app.command()(check)
app.command()(hint)
app.command("list")(list_lessons)
app.command()(solution)
app.command()(reset)
app.command()(self_check)
app.command()(doctor)
app.command()(serve)
app.add_typer(runs, name="runs")
app.add_typer(learnings, name="learnings")
app.command(rich_help_panel="For authors")(refresh)
app.command(rich_help_panel="For authors")(starters)
app.command(rich_help_panel="For authors")(audit)
app.command(rich_help_panel="For authors")(bench)
