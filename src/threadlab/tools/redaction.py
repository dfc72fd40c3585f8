"""Redaction: what looks like a secret does not go to the model."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

HIDDEN = "[hidden]"

_SECRET_NAME = re.compile(r"(^|_)(API)?(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(_|$)", re.IGNORECASE)
_SHORTEST_SECRET = 8
_NAMED = (
    r"(?P<lead>(?:api[_-]?key|account_?key|access_?key|token|password|passwd|pwd|secret|\bsig)"
    r"\\*[\"']?\s*[=:]\s*\\*[\"']?)(?:[^\s\"'&;,}\\]|\\(?![\"']))+"
)
_LOOKS_SECRET: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sign, re.compile(pattern, re.IGNORECASE))
    for sign, pattern in (
        ("bearer", r"(?P<lead>\bbearer\s+)[\w.~+/=-]{8,}"),
        # but not "basic questions"
        ("basic", r"(?P<lead>\bbasic\s+)(?=[\w+/]*(?:[\d=]|(?-i:[a-z][A-Z])))[\w.~+/=-]{8,}"),
        *((sign, _NAMED) for sign in ("key", "token", "passw", "pwd", "secret", "sig")),
        ("sk-", r"(?P<lead>\b)sk-[\w-]{16,}"),
        ("eyj", r"(?P<lead>\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
        ("://", r"(?P<lead>(?<=://))[^\s/:@]+:[^\s/@]+(?=@)"),
    )
)
"""The ways to look like a secret, each behind a sign that must be there: to look for that is quick."""


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name holds a secret, as in AZURE_API_KEY."""
    return bool(_SECRET_NAME.search(name))


def known_secrets(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The values of environment variables whose names say that they are secret."""
    return tuple(
        value
        for name, value in environment.items()
        if len(value) >= _SHORTEST_SECRET and is_secret_name(name)
    )


def without_known_secrets(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text without the values of environment variables whose names say that they are secret."""
    for value in known_secrets(environment):
        text = text.replace(value, HIDDEN)
    return text


def without_what_looks_secret(text: str) -> str:
    """The text without keys, tokens and passwords, told by their looks alone."""
    small = text.lower()
    for sign, pattern in _LOOKS_SECRET:
        if sign in small:
            text = pattern.sub(rf"\g<lead>{HIDDEN}", text)
    return text


def redacted(text: str) -> str:
    """Without known secrets, and without what looks like one: keys, tokens, passwords in addresses.

    Meant for error messages, where nothing of value is lost when it hides too much.
    """
    return without_what_looks_secret(without_known_secrets(text))
