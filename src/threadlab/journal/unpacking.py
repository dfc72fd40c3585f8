"""Unpacking: an archive's bytes, believed in nothing.

Refused is every file that is compressed (its size could be a lie), that has any path but the few which belong
into a user run's folder, that is not named in the manifest, or whose hash is another.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from threadlab.errors import HistoryError, JournalError
from threadlab.journal.archive import LOGS, MANIFEST, VERSION, Contents, content_hash
from threadlab.journal.branch_log import BRANCH_FACTS, BranchMade, check_name
from threadlab.journal.run_directory import ARTIFACTS
from threadlab.journal.run_id import is_run_id

MOST_BYTES = 1 << 30
MOST_FILES = 100_000

_ARTIFACT = re.compile(rf"{ARTIFACTS}/[0-9a-f]{{64}}")
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Promised(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _UserRun(_Promised):
    id: str
    hash: _Hash
    files: dict[str, _Hash]


class _Manifest(_Promised):
    format: Literal["threadlab user runs"]
    version: Literal[1]
    user_runs: list[_UserRun]
    branches: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """The files of each user run, and the branches whose heads are among them, as they are to be made."""

    runs: Mapping[str, Contents]
    branches: Mapping[str, BranchMade]


def unpacked(path: Path) -> Unpacked:
    """What is in an archive. Raises JournalError, which says what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as file:
            _check_sizes(path, file)
            manifest = _manifest(path, file)
            names = [entry.filename for entry in file.infolist() if entry.filename != MANIFEST]
            promised = {
                f"{run.id}/{name}": digest for run in manifest.user_runs for name, digest in run.files.items()
            }
            _check_names(path, names, promised)
            contents = {name: file.read(name) for name in names}
    except OSError as error:
        raise refused(path, f"it cannot be read ({error.strerror})", "check the path") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise refused(path, f"it is no archive, or damaged ({error})", "copy it again") from error
    for name, digest in promised.items():
        if sha256(contents[name]).hexdigest() != digest:
            raise refused(path, f"{name} was changed since it was exported", _AGAIN)
    runs = {run.id: {name: contents[f"{run.id}/{name}"] for name in run.files} for run in manifest.user_runs}
    for run in manifest.user_runs:
        if content_hash(runs[run.id]) != run.hash:
            raise refused(path, f"the content hash of {run.id} is another than the manifest says", _AGAIN)
    return Unpacked(runs=runs, branches=_branches(path, manifest))


def refused(path: Path, found: str, hint: str) -> JournalError:
    """The error that says why the file was not imported."""
    return JournalError(f"{path.name} was not imported: {found}", hint=f"{hint}; nothing was written")


_AGAIN = "have it exported again"


def _check_sizes(path: Path, file: zipfile.ZipFile) -> None:
    entries = file.infolist()
    told = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES or told > MOST_BYTES:
        found = (
            f"it tells of {len(entries)} files with {told} bytes; {MOST_FILES} and {MOST_BYTES} are the most"
        )
        raise refused(path, found, "import fewer user runs at a time")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise refused(path, f"{entry.filename} is compressed, and so could be of any size", _AGAIN)
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.is_dir():
            raise refused(path, f"{entry.filename} is no plain file", _AGAIN)
    if told > path.stat().st_size:
        raise refused(path, "its files are said to be larger than it is itself", _AGAIN)


def _manifest(path: Path, file: zipfile.ZipFile) -> _Manifest:
    try:
        document = json.loads(file.read(MANIFEST))
    except KeyError as error:
        raise refused(path, f"it has no {MANIFEST}", "give a file that was exported here") from error
    except ValueError as error:
        raise refused(path, f"its {MANIFEST} is no JSON ({error})", _AGAIN) from error
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        found = f"its version is {version}, and this threadlab reads version {VERSION}"
        raise refused(path, found, "update threadlab")
    try:
        manifest = _Manifest.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        found = f"its {MANIFEST} is wrong at {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise refused(path, found, _AGAIN) from error
    if len({run.id for run in manifest.user_runs}) != len(manifest.user_runs):
        raise refused(path, "it holds a user run twice", _AGAIN)
    return manifest


def _branches(path: Path, manifest: _Manifest) -> Mapping[str, BranchMade]:
    found, ids = {}, {run.id for run in manifest.user_runs}
    for name, document in manifest.branches.items():
        try:
            check_name(name)
            made = BRANCH_FACTS.read(document)
        except (HistoryError, ValueError, TypeError) as error:
            raise refused(path, f"it tells of a branch {name!r} that cannot be made", _AGAIN) from error
        if not isinstance(made, BranchMade) or made.head not in ids:
            raise refused(path, f"the head of branch {name!r} is not in it", _AGAIN)
        found[name] = made
    return found


def _check_names(path: Path, names: list[str], promised: Mapping[str, str]) -> None:
    for name in (*names, *promised):
        id, _, inside = name.partition("/")
        if not (is_run_id(id) and (inside in LOGS or _ARTIFACT.fullmatch(inside))):
            raise refused(
                path, f"it holds {name!r}, which is no file of a user run", "do not trust this file"
            )
    if len(set(names)) != len(names):
        raise refused(path, "it holds a file twice", _AGAIN)
    if different := set(names) ^ promised.keys():
        found = f"{min(different)} is in the manifest or in the file, but not in both"
        raise refused(path, found, _AGAIN)
