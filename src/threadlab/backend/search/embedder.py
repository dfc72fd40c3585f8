"""The embedder port: texts in, vectors out. Two stand behind it: an endpoint, and a model on this machine.

Without one, search goes by words alone. A store remembers no embedder: chunks that were indexed with another
one, or with none, are found by their words.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import sqrt
from operator import mul
from typing import Protocol


class EmbeddingFailed(Exception):
    """The embedder could not answer; the message says what to do."""


class Embedder(Protocol):
    """Turns texts into vectors of equal length, such that close meanings lie close."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text. Raises EmbeddingFailed."""
        ...


def packed(vector: Sequence[float]) -> bytes:
    """A vector of length 1, as the store keeps it: 4 bytes for each number."""
    length = sqrt(sum(map(mul, vector, vector))) or 1.0
    return array("f", [number / length for number in vector]).tobytes()
