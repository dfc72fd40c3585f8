"""Delivered answer: an answer to a user run that somebody is at work on, from any thread or process.

It is a file in the run directory, one for each question, as a request to stop is. Whoever works on the user
run finds it there, and writes it into the log. The first answer counts.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from threadlab.errors import HistoryError
from threadlab.journal.files import Files
from threadlab.journal.redaction import Redaction

FOLDER = "answers"


def deliver(folder: Path, interrupt: str, answer: str, files: Files) -> None:
    """Leave the answer in the run directory, without secrets, as the log would have it.

    Raises HistoryError if another was left there before.
    """
    told = {"answer": Redaction().text(answer)}
    try:
        files.create(_path(folder, interrupt), json.dumps(told).encode() + b"\n")
    except FileExistsError as error:
        raise HistoryError(
            f"the question {interrupt} was answered a moment ago", hint="the first answer counts"
        ) from error


def delivered(folder: Path, interrupt: str) -> str | None:
    """The answer that was left there, if there is one."""
    try:
        told = json.loads(_path(folder, interrupt).read_bytes())
    except FileNotFoundError:
        return None
    return str(told["answer"])


def discard(folder: Path, interrupt: str, files: Files) -> None:
    """Take away what was left there for another question of that id."""
    files.remove(_path(folder, interrupt))


def _path(folder: Path, interrupt: str) -> Path:
    return folder / FOLDER / f"{quote(interrupt, safe='')}.json"
