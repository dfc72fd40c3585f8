"""Outcome files: what a run leaves in the outcome repository. Pure but for reading what it kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from threadlab.journal.record import Record
from threadlab.journal.redaction import Redaction

ARTIFACTS = "artifacts"


def outcome_files(
    record: Record, results: Mapping[str, Any], kept: Callable[[str], bytes]
) -> dict[str, bytes]:
    """The result of every component as `<agent>/<flow>/<node>/result.json`, and the files that were kept.

    Secrets in results are hidden, as in the log. `kept` gives a file's content by its hash, which replaces a
    name that would lead elsewhere, or is that of a folder, too.
    """
    redaction = Redaction()
    told = {
        f"{path.replace('.', '/')}/result.json": (
            json.dumps(redaction.hidden(result), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        ).encode()
        for path, result in results.items()
    }
    places = {one.name: _inside(one.name) for one in record.artifacts}
    folders = {folder for place in places.values() if place is not None for folder in place.parents}
    files = {
        f"{ARTIFACTS}/{one.sha256 if place is None or place in folders else place}": kept(one.sha256)
        for one in record.artifacts
        for place in (places[one.name],)
    }
    return {**told, **files}


def _inside(name: str) -> PurePosixPath | None:
    """The name as a place within a folder; None where it is none."""
    place = PurePosixPath(name)
    leads_away = place.is_absolute() or {"..", ".git"} & {part.lower() for part in place.parts}
    return place if place.parts and name.isprintable() and not leads_away and "\\" not in name else None
