"""`.env.example`: every setting with its meaning, written from the settings class itself."""

from __future__ import annotations

import textwrap

from threadlab.connect.settings import Settings

HEADING = """\
# Copy this file to .env and fill in what you need. Everything may stay empty: then all is local.
# A variable of the environment wins over this file.
"""


def render() -> str:
    """The text of `.env.example`."""
    blocks = [HEADING]
    for field in Settings.model_fields.values():
        meaning = textwrap.fill(
            field.description or "", 98, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
        )
        example = f"# For example {field.examples[0]}" if field.examples else ""
        blocks.append("\n".join(line for line in (meaning, example, f"{field.alias}=") if line) + "\n")
    return "\n".join(blocks)
