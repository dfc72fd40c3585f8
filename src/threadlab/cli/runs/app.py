"""The table of the verbs of `threadlab runs`."""

from __future__ import annotations

import typer

from threadlab.cli.runs.answer import answer
from threadlab.cli.runs.cancel import cancel
from threadlab.cli.runs.compact import compact
from threadlab.cli.runs.compare import compare
from threadlab.cli.runs.complete import complete
from threadlab.cli.runs.export import export
from threadlab.cli.runs.export_otel import export_otel
from threadlab.cli.runs.fail import fail
from threadlab.cli.runs.import_file import import_file
from threadlab.cli.runs.list import list_runs
from threadlab.cli.runs.prune import prune
from threadlab.cli.runs.rate import rate
from threadlab.cli.runs.rebuild import rebuild
from threadlab.cli.runs.replay import replay
from threadlab.cli.runs.rerun import rerun
from threadlab.cli.runs.resume import resume
from threadlab.cli.runs.retry import retry
from threadlab.cli.runs.search import search
from threadlab.cli.runs.show import show
from threadlab.cli.runs.tickets import tickets
from threadlab.cli.runs.tree import tree

runs = typer.Typer(
    help="Look at user runs: what was asked, what happened, what came of it. Most verbs need no service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
runs.command("list")(list_runs)
runs.command()(show)
runs.command()(tree)
runs.command()(compare)
runs.command()(search)
runs.command()(export)
runs.command("export-otel")(export_otel)
runs.command("import")(import_file)
runs.command()(prune)
runs.command()(replay)
runs.command()(rerun)
runs.command()(retry)
runs.command()(resume)
runs.command()(answer)
runs.command()(cancel)
runs.command()(rebuild)
runs.command()(tickets)
runs.command()(complete)
runs.command()(fail)
runs.command()(rate)
runs.command()(compact)
