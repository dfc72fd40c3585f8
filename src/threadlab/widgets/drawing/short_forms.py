"""Short forms: how ids, seconds, paths and JSON are written so that they fit on a line."""

from __future__ import annotations

import json
import re
from typing import Any

INCLUDE = re.compile(r"(\binclude\[\]=)[^&]*")
ID = re.compile(r"\b([a-z]+_)([A-Za-z0-9-]{9,})")
ONE_LINE = 68
LONGEST_JSON = 6000


def short_id(identity: str) -> str:
    """An id by its first letters: "run_4fJk2L…". The full one belongs in a title beside it."""
    return ID.sub(lambda found: f"{found[1]}{found[2][:6]}…", identity)


def short_path(path: str) -> str:
    """A request's path with short ids, and without the long word for what is to be included."""
    return INCLUDE.sub(r"\1…", short_id(path))


def seconds(value: float) -> str:
    """A length of time in seconds, as a person would say it: "12 ms", "1.25 s", "2 min 05 s".

    Whole seconds, as the service dates its objects, stay whole: "1 s", and "under 1 s" for none.
    """
    if isinstance(value, int) and value < 60:
        return f"{value} s" if value else "under 1 s"
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 59.995:
        return f"{value:.2f} s"
    return f"{int(value + 0.5) // 60} min {int(value + 0.5) % 60:02d} s"


def pretty(value: Any) -> str:
    """A JSON value over as many lines as it needs: one, if it is short."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    return line if len(line) <= ONE_LINE else json.dumps(value, ensure_ascii=False, default=str, indent=2)


def pretty_text(text: str) -> str:
    """The same for JSON text; text that is not JSON stays as it is, for that is worth seeing."""
    try:
        return pretty(json.loads(text))
    except ValueError:
        return text


def clipped(text: str, longest: int = LONGEST_JSON) -> str:
    """The text, or its beginning and the number of characters left out."""
    left_out = len(text) - longest
    return text if left_out <= 0 else f"{text[:longest]}\n… {left_out:,} more characters"


def first_line(text: str, longest: int = 90) -> str:
    """The text on one line, cut where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
