"""Capability: what is known of a model, from a file of the learner's. Another model, another choice.

# capabilities.toml
[models."gpt-4o-mini"]
good_at = ["short answers"]
weak_at = ["long plans"]
context = 128000
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from threadlab.errors import HistoryError
from threadlab.orchestration.broken_file import broken


class Capability(BaseModel):
    """Notes on one model; `context` is its window in tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    good_at: tuple[str, ...] = ()
    weak_at: tuple[str, ...] = ()
    context: int | None = None

    def __str__(self) -> str:
        told = [
            *([f"good at {', '.join(self.good_at)}"] if self.good_at else []),
            *([f"weak at {', '.join(self.weak_at)}"] if self.weak_at else []),
            *([f"reads at most {self.context} tokens"] if self.context else []),
        ]
        return "; ".join(told) or "nothing is known"


def read_capabilities(path: Path) -> Mapping[str, Capability]:
    """The notes by model; none where there is no file. Raises HistoryError for a broken one."""
    if not path.is_file():
        return {}
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).models
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise HistoryError(
            f"{path.name} holds no capabilities: {broken(error)}",
            hint='write [models."its name"] with good_at = ["…"], weak_at = ["…"], context = 128000',
        ) from error


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    models: dict[str, Capability] = {}
