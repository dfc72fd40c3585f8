"""What an archive holds, on the page: each user run with its content hash."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from threadlab.following.terminal_text import foreign_text
from threadlab.journal.archive import Archived


def archived_table(archived: Archived) -> Table:
    """The user runs in the archive."""
    table = Table("user run", "content hash", box=box.SIMPLE_HEAD)
    for identity, digest in archived.hashes.items():
        table.add_row(foreign_text(identity), Text(digest[:16], style="dim"))
    return table


def missing_text(archived: Archived) -> Text:
    """What these were made from and is not with them."""
    return foreign_text(f"not in it, though others came from them: {', '.join(archived.missing)}", "yellow")
