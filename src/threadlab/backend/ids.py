"""Ids: a prefix that tells the kind, and 24 characters of base 62, as on the service."""

from __future__ import annotations

import random
import secrets
import string
from typing import Protocol

ALPHABET = string.ascii_letters + string.digits
LENGTH = 24
_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
"""The character for each value of a byte."""


class Ids(Protocol):
    """Where new ids come from."""

    def new(self, prefix: str) -> str:
        """A new id: `thread_…`, `run_…`."""
        ...


class RandomIds:
    """Ids that nobody can guess, for stores that last."""

    def new(self, prefix: str) -> str:
        """A new id from the system's source of randomness."""
        return f"{prefix}_{secrets.token_bytes(LENGTH).translate(_LETTERS).decode()}"


class SeededIds:
    """The same ids in the same order for the same seed, so that a lesson's outputs can be compared."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"ids {seed}")

    def new(self, prefix: str) -> str:
        """The seed's next id."""
        return f"{prefix}_{''.join(self._random.choices(ALPHABET, k=LENGTH))}"
