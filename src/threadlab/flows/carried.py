"""Carried: what goes between an isolated execution and its child process, pickled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cloudpickle


@dataclass(frozen=True, slots=True)
class Request:
    """What a child is to do: `work` is pickled on its own, so that a fault in it can be told.

    `memory` is a limit in bytes.
    """

    work: bytes
    memory: int | None


@dataclass(frozen=True, slots=True)
class Returned:
    """The work is done."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """It failed. `error` is None where no other process can rebuild it; `name` and `text` tell it then."""

    error: BaseException | None
    name: str
    text: str
    traceback: str


Reply = Returned | Raised


def pickled(value: object) -> bytes:
    """With functions and classes of a notebook inside, which plain pickle cannot carry."""
    return bytes(cloudpickle.dumps(value))
