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

    Secrets in results are hidden, as in the log. `kept` gives a file's content by its hash. A name that would
    lead elsewhere is replaced by the hash.
    """
    redaction = Redaction()
    told = {
        f"{path.replace('.', '/')}/result.json": (
            json.dumps(redaction.hidden(result), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        ).encode()
        for path, result in results.items()
    }
    files = {f"{ARTIFACTS}/{_safe(one.name, one.sha256)}": kept(one.sha256) for one in record.artifacts}
    return {**told, **files}


def _safe(name: str, sha256: str) -> str:
    parts = PurePosixPath(name).parts
    is_inside = parts and not name.startswith("/") and "\\" not in name and not {"..", ".git"} & set(parts)
    return name if is_inside else sha256
