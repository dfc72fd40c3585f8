"""`threadlab runs export-otel`: user runs as traces, sent to whatever receives OpenTelemetry."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder


def export_otel(
    user_runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[USER_RUN]...",
            help="Their ids, pieces of them, or numbers; all that are over if left out.",
        ),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            help="Where OTLP over HTTP is received; OTEL_EXPORTER_OTLP_ENDPOINT, or else http://localhost:4318."
        ),
    ] = None,
    content: Annotated[
        bool, typer.Option("--content", help="Send prompts, answers, arguments and results too.")
    ] = False,
    folder: Folder = None,
) -> None:
    """Send user runs to OpenTelemetry, each as one trace. Sent again, they have the same ids.

    The other variables of OpenTelemetry's exporter hold too, such as OTEL_EXPORTER_OTLP_HEADERS.
    """
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.following.terminal_text import counted
    from threadlab.history.reading.telemetry import export_spans, otlp_exporter

    workspace = workspace_here(folder)
    ids = [user_run_id(workspace, which) for which in user_runs or ()] or workspace.ids()
    records = [workspace.record(id) for id in ids]
    over = [one for one in records if user_runs or one.ended_at is not None]
    exporter = otlp_exporter(endpoint)
    spans = sum(export_spans(one, exporter, content=content or None) for one in over)
    out.print(f"{counted(len(over), 'user run')} sent, {counted(spans, 'span')}")
    if left := len(records) - len(over):
        out.print(f"{counted(left, 'user run')} not over yet: left out")
