"""Source: a text that arguments are taken from. What one parameter took, the next does not take again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from threadlab.backend.completer.rules import values
from threadlab.backend.completer.rules.values import Value
from threadlab.backend.completer.rules.words import GENERIC, STOP, spaced, stem

PRECEDED = {
    "from source origin base departure": "from|between",
    "to target destination recipient": "to|into|in",
    "max maximum": "under|below|up to|at most|less than|cheaper than|max|maximum(?: of)?",
    "min minimum": "over|above|at least|more than|between|min|minimum(?: of)?",
}
"""Parameters by the words that stand before their values."""
_BEFORE = rf"\b(?:with|for|on|at|by|{'|'.join(PRECEDED.values())})\s+"
_SAID = r"(?::|\b(?:saying|says|telling \w+|that says|containing|called|titled|named)\b)\s+(.+?)[.!?]?$"
_OPENERS = frozenset(["for", "about", "on", "of", "how"])
_ARTICLES = frozenset(["a", "an", "the", "me", "my"])


@dataclass(slots=True)
class Source:
    """The text, with the stems of the words that name the tool (`asking`) and that describe it (`about`).

    An `exact` source gives only values of a known kind, no free text.
    """

    text: str
    asking: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    exact: bool = False
    taken: list[Value] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = values.in_signs(self.text)

    def free(self, found: list[Value]) -> list[Value]:
        """The values that nobody took and that are not the asking words themselves."""
        return [
            v
            for v in found
            if not self.asks(v.text) and all(v.end <= t.start or t.end <= v.start for t in self.taken)
        ]

    def take(self, value: Value, name: str) -> str:
        """The value's text. Its place is taken, with the parameter's name beside it ("high priority")."""
        label = re.escape(spaced(name)) or "_"
        before = rf"(?:{_BEFORE})?(?:{label}\W*(?:(?:is|to|of)\W+)?)?$"
        left = re.search(before, self.text[: value.start], re.I)
        right = re.match(rf"\s+{label}\b", self.text[value.end :], re.I)
        start = left.start() if left else value.start
        self.taken.append(Value(start, value.end + (right.end() if right else 0), value.text))
        return value.text

    def remaining(self) -> str:
        """What the text says after a colon or "saying"; else what is left of it without its asking words."""
        left = list(self.text)
        for value in self.taken:
            left[value.start : value.end] = " " * (value.end - value.start)
        text = "".join(left)
        if said := re.search(_SAID, text, re.I | re.S):
            return said[1].strip(" \"'")
        tokens = text.strip(" .?!,;").split()
        asked = opened = False
        while tokens and self._only_asks(word := re.sub(r"\W+s?$", "", tokens[0].lower()), opened):
            opened = opened or (asked and word in _OPENERS)
            asked = asked or word not in STOP
            tokens.pop(0)
        return " ".join(tokens)

    def directed(self, name: str, found: list[Value], strict: bool = False) -> Value | None:
        """The value that stands after the parameter's own preposition; else the first (none if `strict`)."""
        spoken = set(spaced(name).split())
        for parameters, prepositions in PRECEDED.items():
            if spoken & set(parameters.split()):
                for value in found:
                    if re.search(rf"\b(?:{prepositions})\W+(?:the\s+)?$", self.text[: value.start], re.I):
                        return value
        return None if strict else next(iter(found), None)

    def asks(self, word: str) -> bool:
        """Whether the word is one of the tool's name."""
        return stem(word) in self.asking

    def _only_asks(self, word: str, opened: bool) -> bool:
        """Whether a first word only asks. After "for" and the like only articles do."""
        if opened:
            return word in _ARTICLES
        return word in STOP or word in GENERIC or stem(word) in self.asking or stem(word) in self.about
