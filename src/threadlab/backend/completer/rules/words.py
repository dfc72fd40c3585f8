"""Words: how the rules read a text. Plain counting of word stems, no language model."""

from __future__ import annotations

import re
from collections.abc import Mapping

_STOP = """
    a about also am an and any are as at be been but by can could d did do does for from had has have he her
    him his how i if in into is it its like ll m me my of on or our please re s she should so some t that the
    their them then there they this to too under us use using v ve want was we were what when where which who
    whose will with would you your
"""
STOP = frozenset(_STOP.split())
"""Words that tell nothing of what a text is about."""

_GENERIC = """
    add all check create current delete do fetch find function get give id info latest list look lookup make
    my new now open print read remove retrieve return run send set show tell today tool update write
"""
GENERIC = frozenset(_GENERIC.split())
"""Words that many tools have in their names: they tell little."""

_MEANS = """
    temperature: hot warm cold
    weather: temperature forecast rain sunny warm cold hot umbrella
    time: clock hour
    email: mail
    calculate: compute multiply divide subtract
    search: find look
    ticket: bug issue
    order: buy
    convert: exchange
    currency: dollar euro
"""
MEANS = [tuple(line.replace(":", "").split()) for line in _MEANS.strip().splitlines()]
"""What else a word may mean to a tool: first the meaning, then the words that may mean it."""

_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = {word: number for number, word in enumerate(_NUMBERS.split())}
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


def stem(word: str) -> str:
    """The word without its endings: calculator, calculates and calculation become one."""
    word = word.lower()
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") else word[:-1]
    ending = _ENDING.match(word)
    return ending[1] if ending else word


def meanings(found: Mapping[str, str]) -> dict[str, str]:
    """The words with what else they may mean: stem → the word that was written."""
    also = {stem(line[0]): found[stem(word)] for line in MEANS for word in line[1:] if stem(word) in found}
    return {**also, **found}


def sentences(text: str) -> list[str]:
    """The text in sentences, each with its mark."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]


def human(items: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f" {last} ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def spaced(name: str) -> str:
    """A name from code as words: `order_id` and `orderId` are "order id"."""
    return " ".join(
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").lower().split()
    )
