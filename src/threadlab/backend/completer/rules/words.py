"""Words: how the rules read a text, by counting stems of the words of `vocabulary.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

VOCABULARY: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8")
)
STOP = frozenset(VOCABULARY["stop"].split())
GENERIC = frozenset(VOCABULARY["generic"].split())
FINDINGS = frozenset(VOCABULARY["findings"].split())
TAKES = {kind: frozenset(spoken.split()) for kind, spoken in VOCABULARY["takes"].items()}
NUMBER_WORDS = {word: number for number, word in enumerate(VOCABULARY["numbers"].split())}
_MEANS: dict[str, str] = VOCABULARY["means"]
_TOKEN = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"^(.{4,}?)(?:ations?|ators?|ating|ated|ate|ing|er|ed|e)?$")


def words(text: str) -> dict[str, str]:
    """The text's telling words: stem → the word as written. `getWeather` and `get_weather` are two words."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=date)(?=time)", " ", text)
    found: dict[str, str] = {}
    for token in _TOKEN.findall(parted):
        if token.lower() not in STOP:
            found.setdefault(stem(token), token)
    return found


@lru_cache(4096)
def stem(word: str) -> str:
    """The word without its endings: calculator, calculates and calculation become one."""
    word = word.lower()
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") else word[:-1]
    ending = _ENDING.match(word)
    return ending[1] if ending else word


def stems(spoken: str) -> frozenset[str]:
    """The stems of words that are written in a row."""
    return frozenset(map(stem, spoken.split()))


def meanings(found: Mapping[str, str]) -> dict[str, str]:
    """The words with what else they may mean: stem → the word that was written."""
    means = [
        (stem(meaning), stem(word)) for meaning, row in VOCABULARY["means"].items() for word in row.split()
    ]
    return {**{meaning: found[word] for meaning, word in means if word in found}, **found}


def sentences(text: str) -> list[str]:
    """The text in sentences, each with its mark."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]


def human(items: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f" {last} ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def spaced(name: str) -> str:
    """A name from code as words: `order_id` and `orderId` are "order id"."""
    return " ".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]", " ", name).lower().split())
