"""Run id: `turn-20260131-093000-7f3a`, its kind, when it was made (UTC), and four random signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random

from threadlab.errors import HistoryError

PREFIX = "turn"
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_PREFIX = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_SERVICE_IDS: Mapping[str, str] = {
    "msg_": "message",
    "run_": "run of the service",
    "step_": "run step",
    "call_": "tool call",
    "thread_": "thread of the service",
}
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}-\d{8}-\d{6}-[0-9a-z]{4}")


def new_run_id(at: float, chance: Random, prefix: str = PREFIX) -> str:
    """An id for what begins at that time (Unix seconds). Raises HistoryError for a prefix that is no word."""
    if not _PREFIX.fullmatch(prefix):
        raise HistoryError(
            f"{prefix!r} cannot begin the id of a user run",
            hint="use up to 40 small letters, digits, - and _, a letter first: it is the name of a folder",
        )
    when = datetime.fromtimestamp(at, UTC).strftime("%Y%m%d-%H%M%S")
    return f"{prefix}-{when}-{''.join(chance.choices(_ALPHABET, k=4))}"


def is_run_id(name: str) -> bool:
    """Whether it has that form."""
    return _ID.fullmatch(name) is not None


def what_else(id: str) -> str:
    """The hint for the id of something that is no user run, such as a message; empty for any other text."""
    kind = next((kind for begins, kind in _SERVICE_IDS.items() if id.startswith(begins)), "")
    return kind and f"this is the id of a {kind}: say the user run that it belongs to, such as a turn-... id"
