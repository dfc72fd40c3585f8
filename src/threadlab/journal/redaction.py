"""Redaction: no secret is written. What looks like one, or is one of the environment's, is hidden.

A value whose name says that it is secret is hidden whole, but for names of parameters in a tool's schema. The
bytes of an artifact are kept as they were given: whoever keeps a file decides what is in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from threadlab.tools.redaction import HIDDEN, is_secret_name, known_secrets, without_what_looks_secret

_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-.\s]+")
_NAMES_OF_PARAMETERS = "properties"
_SECRET_TOO = re.compile(
    r"(^|_)(authorization|pwd|cookie|connection_?string|private_key)(_|$)", re.IGNORECASE
)
_HARMLESS = frozenset({"key", "keys"})


class Redaction:
    """Hides secrets; those of the environment are the ones that it has when this is made."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._known = known_secrets(environment)
        self._keys: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        return without_what_looks_secret(text)

    def hidden(self, document: Any) -> Any:
        """The JSON value without secrets, in its texts, its keys and under its keys."""
        if isinstance(document, str):
            return self.text(document)
        if isinstance(document, list):
            return [self.hidden(one) for one in document]
        if isinstance(document, dict):
            return self._of_mapping(document)
        return document

    def _of_mapping(self, document: Mapping[str, Any], *, are_parameters: bool = False) -> dict[str, Any]:
        secret_pair = "value" in document and _is_secret(str(document.get("key", "")))
        hidden: dict[str, Any] = {}
        for key, value in document.items():
            is_schema = are_parameters and isinstance(value, dict)
            if not is_schema and (_is_secret(key) or (secret_pair and key == "value")):
                hidden[key] = value if value is None or isinstance(value, bool) else HIDDEN
            elif key == _NAMES_OF_PARAMETERS and isinstance(value, dict):
                hidden[key] = self._of_mapping(value, are_parameters=True)
            else:
                hidden[self._key(key)] = self.hidden(value)
        return hidden

    def _key(self, key: str) -> str:
        """The key without secrets; keys come again and again."""
        if key not in self._keys:
            self._keys[key] = self.text(key)
        return self._keys[key]


@lru_cache(1024)
def _is_secret(name: str) -> bool:
    if name in _HARMLESS:
        return False
    spelled = _WORD_BEGINS.sub("_", name)
    return bool(is_secret_name(spelled) or _SECRET_TOO.search(spelled))
