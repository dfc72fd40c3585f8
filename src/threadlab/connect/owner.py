"""The owner: a word by which a project folder knows again what it made at a service that others use too.

It is random and says nothing of a person, for others can read it. A copy of the folder without its
`.threadlab`, such as git makes, is another owner.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def owner_at(path: Path) -> str:
    """The word in that file; one that is made up now if there is no such file yet.

    Processes that ask at the same instant get the same word. Where the file cannot be written, the word
    lasts as long as the process: nobody after it knows what it made.
    """
    made_up = secrets.token_hex(8)
    with suppress(OSError):
        if not path.exists():
            _write_first(path, made_up)
        return path.read_text(encoding="utf-8").strip() or made_up
    return made_up


def _write_first(path: Path, word: str) -> None:
    """Write the file whole, unless somebody else was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{word}")
    beside.write_text(f"{word}\n", encoding="utf-8")
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
