"""Run folder: a user run's folder as a tree, as its log tells it: it grows entry by entry.

What stands on disk beside that, such as the files that a command wrote, is in no log: it is given to `found`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.journal.fact import (
    AnyFact,
    ArtifactKept,
    CallEnded,
    CallStarted,
    Ended,
    Entry,
    Interrupted,
    UnitEnded,
    UnitStarted,
)
from threadlab.journal.fold import GrowingRecord
from threadlab.journal.projections import TURN, is_component, projections
from threadlab.journal.record import Record
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.user_runs.user_run_card import origin

EVENTS = "events.jsonl"
LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """A file or a folder. `path` has "/"; `unit` is the dot path of the component that the folder is of."""

    path: str
    about: str = ""
    look: StatusLook | None = None
    unit: str = ""
    is_folder: bool = False

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def inside(self) -> str:
        """The path of the folder that it lies in; empty at the top."""
        return self.path.rpartition("/")[0]


class RunFolder:
    """The rows of one folder, in the order in which they came. `add` says which are new or changed."""

    def __init__(self, entries: Iterable[Entry] = (), found: Iterable[str] = ()) -> None:
        self.rows: dict[str, FolderRow] = {}
        self._growing: GrowingRecord | None = None
        self._length = 0
        for entry in entries:
            self.add(entry)
        self.find(found)

    @property
    def record(self) -> Record:
        """The user run so far. Needs an entry."""
        assert self._growing is not None
        return self._growing.record

    @property
    def status(self) -> str:
        """That of the record."""
        assert self._growing is not None
        return self._growing.status

    def add(self, entry: Entry) -> tuple[FolderRow, ...]:
        """One more entry; the rows that it touched, those of the log itself first."""
        if self._growing is None:
            self._growing = GrowingRecord(entry)
        else:
            self._growing.add(entry)
        self._length += 1
        log = FolderRow(path=EVENTS, about=counted(self._length, "fact"))
        return tuple(self._put(row) for row in (log, *self._touched(entry.fact)))

    def find(self, paths: Iterable[str]) -> tuple[FolderRow, ...]:
        """Files that are there beside; the rows that are new."""
        new = [path for path in paths if path not in self.rows]
        return tuple(self._put(row) for path in new for row in (*self._above(path), FolderRow(path=path)))

    def _put(self, row: FolderRow) -> FolderRow:
        self.rows[row.path] = row
        return row

    def _touched(self, fact: AnyFact) -> Iterator[FolderRow]:
        match fact:
            case CallStarted() | UnitStarted() if self._is_component(fact.path):
                yield from self._unit_rows(fact.path)
            case CallEnded() | UnitEnded() if self._is_component(fact.path):
                yield from self._unit_rows(fact.path)
                given = fact.output if isinstance(fact, CallEnded) else fact.result
                told = json.dumps(given, ensure_ascii=False, default=str)
                about = first_line(told, LONGEST) if fact.status == "completed" else ""
                yield FolderRow(path=f"{_folder(fact.path)}/result.json", about=about)
            case ArtifactKept():
                yield from self._file(f"artifacts/{fact.sha256}", f"{fact.name}, {fact.size:,} bytes")
            case Interrupted():
                yield from self._file("run.json")
            case Ended():
                for path in projections(self.record):
                    if path not in self.rows:
                        yield from self._file(path)

    def _is_component(self, path: str) -> bool:
        assert self._growing is not None
        return self._growing.body != TURN and is_component(path)

    def _unit_rows(self, path: str) -> Iterator[FolderRow]:
        """The folder of the component at that path, with its status, below those of its flows."""
        assert self._growing is not None
        folder = _folder(path)
        yield from self._above(folder, is_component=True)
        unit = self._growing.unit(path)
        made = unit or self._growing.call(path)
        if made is None:
            return
        about = [unit.kind if unit else "agent call"]
        about += [seconds(float(made.seconds))] if made.seconds and not made.reused else []
        about += [f"reused from {made.reused}"] if made.reused else []
        about += [made.error.message] if made.error else []
        yield FolderRow(
            path=folder,
            about=first_line(" · ".join(about), 2 * LONGEST),
            look=look_of(made.status),
            unit=path,
            is_folder=True,
        )

    def _file(self, path: str, about: str = "") -> Iterator[FolderRow]:
        yield from self._above(path)
        yield FolderRow(path=path, about=about)

    def _above(self, path: str, *, is_component: bool = False) -> Iterator[FolderRow]:
        """The folders around it that are not there yet, outermost first."""
        parts = path.split("/")[:-1]
        for length in range(1, len(parts) + 1):
            folder = "/".join(parts[:length])
            if folder not in self.rows:
                yield FolderRow(
                    path=folder, unit=".".join(parts[:length]) if is_component else "", is_folder=True
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderHead:
    """What stands above the tree."""

    id: str
    look: StatusLook
    origin: str
    facts: int
    ending: str


def head_of(record: Record) -> FolderHead:
    """The user run in a line."""
    trouble = f"{record.error.code}: {record.error.message}" if record.error else ""
    waits = [one.question for one in record.interrupts if one.answer is None]
    return FolderHead(
        id=record.id,
        look=look_of(record.status),
        origin=origin(record),
        facts=len(record.entries),
        ending=trouble or (waits[0] if waits else ""),
    )


def render_html(folder: RunFolder) -> str:
    """The tree as HTML that needs nothing else."""
    lines = [(lead, row) for lead, row in _lines(tuple(folder.rows.values()))]
    return styled(html("run_folder.html", head=head_of(folder.record), lines=lines))


def render_text(folder: RunFolder) -> str:
    """The tree as text, drawn with lines."""
    head = head_of(folder.record)
    about = f" · {head.origin}" if head.origin else ""
    told = [f"{head.look.mark} run folder {head.id}/ {head.look.word}{about}"]
    lines = list(_lines(tuple(folder.rows.values())))
    width = max(len(lead) + len(_named(row)) for lead, row in lines)
    for lead, row in lines:
        says = " · ".join(part for part in (row.look.word if row.look else "", row.about) if part)
        told.append(f"{lead + _named(row):<{width}}  {says}".rstrip())
    return foreign_text("\n".join([*told, *([head.ending] if head.ending else [])])).plain


def _named(row: FolderRow) -> str:
    mark = f"{row.look.mark} " if row.look else ""
    return f"{mark}{row.name}{'/' if row.is_folder else ''}"


def _lines(rows: Sequence[FolderRow]) -> Iterator[tuple[str, FolderRow]]:
    """Each row with the lines that lead to it, every folder before what lies in it."""
    within: dict[str, list[FolderRow]] = {}
    for row in rows:
        within.setdefault(row.inside, []).append(row)

    def below(folder: str, lead: str) -> Iterator[tuple[str, FolderRow]]:
        children = within.get(folder, [])
        for row in children:
            is_last = row is children[-1]
            yield f"{lead}{'└─ ' if is_last else '├─ '}", row
            yield from below(row.path, f"{lead}{'   ' if is_last else '│  '}")

    return below("", "  ")


def _folder(path: str) -> str:
    return path.replace(".", "/")
