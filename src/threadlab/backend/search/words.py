"""Words: what of a text stands in the index, and what of a question is looked for."""

from __future__ import annotations

import re
from functools import lru_cache

from threadlab.backend.completer.rules.words import STOP

MOST_WORDS = 40
"""Words of a question that are looked for."""

_WORD = re.compile(r"\w+")
_IDEOGRAPH = re.compile(r"([\u2e80-\u9fff\uac00-\ud7af])")


def indexed(text: str) -> str:
    """The text as the index reads it: ideographs stand apart, for no space does that for them."""
    return _IDEOGRAPH.sub(r" \1 ", text) if not text.isascii() else text


@lru_cache(maxsize=256)
def telling(question: str) -> tuple[str, ...]:
    """The telling words of a question, each once; all of its words, if none tells."""
    every = [word.lower().strip("_") for word in _WORD.findall(indexed(question))]
    every = list(dict.fromkeys(word for word in every if word))
    return tuple(([word for word in every if word not in STOP] or every)[:MOST_WORDS])


def query(words: tuple[str, ...]) -> str:
    """A query of SQLite's full-text search: any of these words."""
    return " OR ".join(f'"{word}"' for word in words)
