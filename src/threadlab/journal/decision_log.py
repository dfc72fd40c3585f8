"""Decision log: the lines of `orchestration.jsonl`. It only grows; its one writer is the orchestrator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from threadlab.journal.blobs import Blobs
from threadlab.journal.codec import Codec
from threadlab.journal.decision import ContextEntry, ContextFact
from threadlab.journal.line_log import LineLog, broken, line_of, lines
from threadlab.journal.redaction import Redaction
from threadlab.journal.run_directory import RunDirectory

DECISIONS = "orchestration.jsonl"

_CODEC = Codec(get_args(ContextFact))


class DecisionLog:
    """Appends lines to the log of a user run whose writer this process is."""

    def __init__(self, directory: RunDirectory) -> None:
        self._lines = LineLog(directory.folder / DECISIONS, directory.files, Redaction(), directory.blobs)

    def append(self, fact: ContextFact, at: float) -> ContextEntry:
        """Write a line down: it is on disk when this returns."""
        self._lines.append({"at": at, **_CODEC.document(fact)})
        return ContextEntry(at=at, fact=fact)

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()


def decision_lines(entries: Iterable[ContextEntry], blobs: Blobs) -> bytes:
    """A whole file of such lines, for whoever replaces the file of a context that is closed."""
    return b"".join(line_of({"at": one.at, **_CODEC.document(one.fact)}, blobs) for one in entries)


def read_decisions(path: Path, blobs: Blobs) -> Iterator[ContextEntry]:
    """The lines, oldest first; none where there is no file. Raises JournalError for a broken one."""
    begins = 0
    for ends, document in lines(path, blobs):
        try:
            entry = ContextEntry(at=float(document.pop("at")), fact=_CODEC.read(document))
        except (ValueError, TypeError, KeyError) as error:
            raise broken(path, begins, str(error)) from error
        begins = ends
        yield entry
