"""Plain text: what rich would draw, as lines without colour, for `str` and for files."""

from __future__ import annotations

from rich.console import Console, RenderableType

WIDTH = 110


def plain_text(what: RenderableType) -> str:
    """The lines; empty ones are left out."""
    console = Console(
        width=WIDTH,
        no_color=True,
        legacy_windows=False,
        force_terminal=False,
        force_jupyter=False,  # or a notebook would show it beside what it is asked for
        _environ={},
    )
    with console.capture() as captured:
        console.print(what)
    return "\n".join(line.rstrip() for line in captured.get().splitlines() if line.strip())
