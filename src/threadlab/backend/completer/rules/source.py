"""Source: a text that arguments are taken from. What one parameter took, the next does not take again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from threadlab.backend.completer.rules.values import QUOTED, Value, find, in_signs
from threadlab.backend.completer.rules.words import FINDINGS, GENERIC, STOP, VOCABULARY, spaced, stem

_BEFORE = rf"\b(?:with|for|on|at|by|{'|'.join(VOCABULARY['before'].values())})\s+"
_SAID = r"(?::|\b(?:saying|says|telling \w+|that says|containing|called|titled|named)\b)\s+(.+?)[.!?]?$"
_MARKED_ENDS = r"(?=\s+(?:saying|says|telling|that says|and say|and (?:the )?body|with)\b|[.!?]?\s*$|[,.]\s)"
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
        self.text = in_signs(self.text)

    def free(self, found: list[Value]) -> list[Value]:
        """The values that nobody took and that are not the asking words themselves."""
        return [
            v
            for v in found
            if stem(v.text) not in self.asking
            and all(v.end <= taken.start or taken.end <= v.start for taken in self.taken)
        ]

    def take(self, value: Value, name: str) -> Any:
        """The value's data. Its place is taken, with the parameter's name beside it ("high priority")."""
        label = re.escape(spaced(name)) or "_"
        before = rf"(?:{_BEFORE})?(?:{label}\W*(?:(?:is|to|of)\W+)?)?$"
        left = re.search(before, self.text[: value.start], re.I)
        right = re.match(rf"\s+{label}\b", self.text[value.end :], re.I)
        start = left.start() if left else value.start
        self.taken.append(Value(start, value.end + (right.end() if right else 0), value.text, value.data))
        return value.data

    def directed(self, name: str, found: list[Value]) -> Value | None:
        """The value that stands after the parameter's own preposition: `to_unit` after "to"."""
        for parameters, prepositions in VOCABULARY["before"].items():
            if not set(spaced(name).split()).isdisjoint(parameters.split()):
                after = rf"\b(?:{prepositions})\W+(?:the\s+)?$"
                return next((v for v in found if re.search(after, self.text[: v.start], re.I)), None)
        return None

    def named(self, name: str) -> Value | None:
        """A value beside the parameter's own name: `city: Paris`, `title "Lunch"`, `'%H:%M' format`."""
        label = re.escape(spaced(name)).replace(r"\ ", r"[\s_-]") or r"\b\B"
        patterns = (
            rf"\b{label}\s+(?:of\s+|as\s+)?{QUOTED}",
            rf"(?<!\w){QUOTED}\s+{label}\b",
            rf"\b{label}\s*(?:[=:]|\bis\b)\s*(?:{QUOTED}"
            r"|([^\s,;\"“'‘][^,;\n]*?)(?=[,;\n]|\s+(?:and|with)\s|[.?!]?\s*$))",
        )
        return next((value for pattern in patterns for value in self.free(find(pattern)(self.text))), None)

    def marked(self, name: str) -> str | None:
        """Free text after the word that introduces it: "about lunch", "saying see you at noon"."""
        label = re.escape(spaced(name))
        for parameters, marks in VOCABULARY["marks"].items():
            if not set(spaced(name).split()).isdisjoint(parameters.split()):
                own = rf"(?:with\s+)?{label}(?!\s+(?:to|for|from|about|saying|in|is)\b)"
                pattern = rf"\b(?:{marks}|{own})\s+(?:that\s+)?([^\s].*?){_MARKED_ENDS}"
                found = re.search(pattern, self.text, re.I)
                return found[1].strip(" \"'“”") if found else None
        return None

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
        return "" if FINDINGS.issuperset(tokens) else " ".join(tokens)

    def _only_asks(self, word: str, opened: bool) -> bool:
        """Whether a first word only asks. After "for" and the like only articles do."""
        asks = word in STOP | GENERIC or stem(word) in GENERIC | self.asking | self.about
        return word in _ARTICLES if opened else asks
