"""Redaction: what looks like a secret does not go to the model."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

HIDDEN = "[hidden]"

_SECRET_NAME = re.compile(r"(^|_)(API)?(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(_|$)", re.IGNORECASE)
_SHORTEST_SECRET = 8
_LOOKS_SECRET = re.compile(
    r"(?P<lead>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"
    r"|(?P<name>\b(?:api[_-]?key|account_?key|access_?key|token|password|passwd|secret|sig)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'&;,}]+"
    r"|\bsk-[\w-]{16,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)",
    re.IGNORECASE,
)


def without_known_secrets(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text without the values of environment variables whose names say that they are secret."""
    for name, value in environment.items():
        if len(value) >= _SHORTEST_SECRET and _SECRET_NAME.search(name) and value in text:
            text = text.replace(value, HIDDEN)
    return text


def redacted(text: str) -> str:
    """Without known secrets, and without what looks like one: keys, tokens, passwords in addresses.

    Meant for error messages, where nothing of value is lost when it hides too much.
    """
    return _LOOKS_SECRET.sub(_hide, without_known_secrets(text))


def _hide(found: re.Match[str]) -> str:
    return (found["lead"] or found["name"] or "") + HIDDEN
