"""Archive: user runs as one file, to keep or to give away.

It is a ZIP file with a manifest and, of each user run, what is true of it: its log, its annotations, its
decisions, its artifacts. The rest is read off these again on import. The manifest names the branches whose
heads are in it, with their configuration. The same user runs give the same bytes, and each has a content
hash, which it keeps in whatever workspace it is imported. Files lie in it uncompressed, so that their sizes
are true. An import is checked in full before anything is written.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from threadlab.errors import HistoryError
from threadlab.journal.annotations import ANNOTATIONS
from threadlab.journal.branch_log import BRANCH_FACTS, BranchMade
from threadlab.journal.codec import dumped
from threadlab.journal.decision_log import DECISIONS
from threadlab.journal.run_directory import ARTIFACTS, EVENTS, RunDirectory
from threadlab.journal.workspace import Workspace

FORMAT = "threadlab user runs"
LOGS = (EVENTS, ANNOTATIONS, DECISIONS)
VERSION = 1
MANIFEST = "manifest.json"
_SAME_TIME = (1980, 1, 1, 0, 0, 0)

Contents = Mapping[str, bytes]
"""The files of one user run that are true of it, by their paths in its folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What went into an archive, or came out of one: the content hash of each user run by its id.

    `missing` are user runs that these were made from (parents, bases) and that are not in the file,
    `branches` the names of the branches whose heads are in it. `known` are those that an import found here.
    """

    hashes: Mapping[str, str]
    missing: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


def contents_of(directory: RunDirectory) -> Contents:
    """What is true of a user run; of its logs, the whole lines."""
    found = {}
    for name in LOGS:
        path = directory.folder / name
        if path.is_file() and path.stat().st_size:
            content = path.read_bytes()
            found[name] = content[: content.rfind(b"\n") + 1]
    blobs = directory.folder / ARTIFACTS
    if blobs.is_dir():
        names = sorted(one.name for one in blobs.iterdir() if not one.name.startswith("."))
        found |= {f"{ARTIFACTS}/{name}": directory.blobs.read(name) for name in names}
    return found


def content_hash(contents: Contents) -> str:
    """The SHA-256 over the names and hashes of these files, in the order of the alphabet."""
    named = {path: sha256(content).hexdigest() for path, content in sorted(contents.items())}
    return sha256(dumped(named)).hexdigest()


def export(workspace: Workspace, ids: Sequence[str], path: Path) -> Archived:
    """Write these user runs into one file, whole or not at all.

    Raises UnknownUserRun, HistoryError for one that a process is at work on, JournalError for a broken one.
    """
    runs = {}
    for id in sorted(set(ids)):
        directory = workspace.open(id)
        if directory.is_being_written:
            raise HistoryError(f"{id} is still being written", hint="export it once it is over")
        directory.record()  # a broken one is not given away
        runs[id] = contents_of(directory)
    if not runs:
        raise HistoryError("an archive needs at least one user run", hint="name those that it shall hold")
    branches = _branches_at(workspace, runs)
    workspace.files.replace(path.absolute(), _packed(runs, branches))
    return archived(workspace, runs, tuple(branches))


def archived(
    workspace: Workspace,
    runs: Mapping[str, Contents],
    branches: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
) -> Archived:
    """What these user runs, which are in the workspace, are in an archive."""
    named: set[str] = set()
    for id in runs:
        record = workspace.record(id)
        named |= {one for one in (record.parent, record.received.base) if one is not None}
    hashes = {id: content_hash(contents) for id, contents in runs.items()}
    missing = tuple(sorted(named - runs.keys()))
    return Archived(hashes=hashes, missing=missing, branches=branches, known=known)


def _branches_at(workspace: Workspace, runs: Mapping[str, Contents]) -> Mapping[str, BranchMade]:
    """The branches whose heads are among these, as they would be made anew."""
    states = (workspace.branches.read(name) for name in workspace.branches.names())
    return {one.name: BranchMade(head=one.head, config=one.config) for one in states if one.head in runs}


def _packed(runs: Mapping[str, Contents], branches: Mapping[str, BranchMade]) -> bytes:
    """The bytes of the file: nothing in them tells when, where or by whom it was made."""
    files = {f"{id}/{path}": content for id, contents in runs.items() for path, content in contents.items()}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        for name, content in [(MANIFEST, _manifest(runs, branches)), *sorted(files.items())]:
            entry = zipfile.ZipInfo(name, _SAME_TIME)
            entry.create_system = 3  # of all systems the same
            entry.external_attr = 0o644 << 16
            file.writestr(entry, content)
    return packed.getvalue()


def _manifest(runs: Mapping[str, Contents], branches: Mapping[str, BranchMade]) -> bytes:
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "user_runs": [
            {
                "id": id,
                "hash": content_hash(contents),
                "files": {path: sha256(content).hexdigest() for path, content in sorted(contents.items())},
            }
            for id, contents in sorted(runs.items())
        ],
        "branches": {name: BRANCH_FACTS.document(made) for name, made in sorted(branches.items())},
    }
    return (json.dumps(document, indent=2) + "\n").encode()
