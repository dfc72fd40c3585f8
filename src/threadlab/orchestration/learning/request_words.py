"""Request words: the words by which one request is like another. No meaning, no model: words alone."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{3,}")
_PLURAL_BEGINS = 4
_FILLERS = """
about all also and any are bit but can could did does for from give had has have her his how into its let may
more most much must not now off one only our out over please shall she should some such than that the their
them then there these they this those thus too until was were what when where which who whose why will with
would you your
"""
_SAY_NOTHING = frozenset(_FILLERS.split())


def words_of(text: str) -> frozenset[str]:
    """The words that say what a text is about: in small letters, without plural s, numbers and fillers."""
    found = (_singular(word) for word in _WORD.findall(text.casefold()) if word not in _SAY_NOTHING)
    return frozenset(found)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How alike two sets of words are: the share of all their words that both have, 0 to 1 (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 1.0


def _singular(word: str) -> str:
    is_plural = len(word) >= _PLURAL_BEGINS and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if is_plural else word
