"""Output: from whatever a tool returned to text that is fit for a model, a log and a page.

A string stays as it is; everything else becomes JSON, never Python's own notation.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from threadlab.errors import ToolError
from threadlab.tools.redaction import without_known_secrets

_TERMINAL_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def as_text(value: Any) -> str:
    """A string as it is, anything else as JSON. Raises ToolError for what JSON cannot carry."""
    if isinstance(value, str):
        return str(value)
    try:
        return to_json(value, inf_nan_mode="strings").decode()
    except (PydanticSerializationError, ValueError) as error:
        raise ToolError(
            f"the tool returned a {type(value).__name__}, which JSON cannot carry",
            hint="the tool's author must return text, numbers, lists, dicts, dataclasses or pydantic models",
        ) from error


def sanitised(text: str) -> str:
    """Without control characters (tabs and line ends stay), terminal colours and reversed-text marks.

    Half surrogates, which no request can carry, become question marks.
    """
    clean = _UNSEEN.sub("", _TERMINAL_SEQUENCE.sub("", text.replace("\r\n", "\n")))
    return clean.encode("utf-8", "replace").decode()


def capped(text: str, longest: int) -> str:
    """At most `longest` characters of it, and then a line that says what was cut."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}\n[cut: these are the first {longest} of {len(text)} characters]"


def output_text(value: Any, longest: int) -> str:
    """All of it in order: text, clean, without known secrets, capped."""
    return capped(without_known_secrets(sanitised(as_text(value))), longest)
