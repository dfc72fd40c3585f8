"""`threadlab doctor`: what would be used, what is missing or in the way, and how to get it."""

from __future__ import annotations

from typing import Annotated

import typer

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "problem": ("✗", "red")}


def doctor(
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Also ask the real model's endpoint, if one is set, for its models."),
    ] = False,
) -> None:
    """Say what connect() would use, what is missing and how to get it. Exit status 1 on a problem."""
    from rich.table import Table
    from rich.text import Text

    from threadlab.cli.page import out
    from threadlab.connect.doctor import endpoint_of, examine, look

    facts = look()
    findings = examine(facts)
    if probe and (endpoint := endpoint_of(facts)):
        from threadlab.connect.model_probe import probe as ask

        findings.append(ask(endpoint))
    page = Table.grid(padding=(0, 1))
    for finding in findings:
        page.add_row(Text(*MARKS[finding.level]), Text(finding.what))
        if finding.how:
            page.add_row("", Text(f"→ {finding.how}", style="dim"))
    out.print(page)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(1)
