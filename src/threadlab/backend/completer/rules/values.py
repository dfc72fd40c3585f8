"""Values: what in a text can be an argument, kind by kind, each with its place in the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.rules.words import GENERIC, NUMBER_WORDS, STOP, VOCABULARY

QUOTED = r"[\"“'‘](.+?)[\"”'’](?!\w)"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DATE = (
    rf"\b(?:\d{{4}}-\d\d-\d\d|today|tonight|tomorrow|yesterday|(?:next )?{_DAY}"
    rf"|\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})\b"
)
_TIME = r"\b(?:\d{1,2}:\d\d(?: ?[ap]m)?|\d{1,2} ?[ap]m)\b"
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_URL = r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]"
_PATH = (
    r"(?:~|\.{1,2})?(?:/[\w.-]*\w)+/?|\b\w[\w-]*(?:/[\w.-]*\w)+"
    r"|\b[\w-]+\.(?:csv|txt|json|md|py|pdf|xlsx|log|png|ipynb)\b"
)
_CURRENCIES: dict[str, str] = VOCABULARY["currencies"]
_CURRENCY = (
    rf"\b(?:usd|eur|gbp|jpy|chf|sek|nok|dkk|cad|aud|cny|inr|(?:{'|'.join(_CURRENCIES)})s?)\b"
    r"|\b(?-i:[A-Z]{3})\b(?!-)"
)
_UNIT = (
    r"\b(?:(?:kilo|centi|milli)?met(?:er|re)s?|miles?|feet|foot|inch(?:es)?|yards?|(?:kilo)?grams?|pounds?"
    r"|ounces?|lit(?:er|re)s?|gallons?|celsius|fahrenheit|kelvin|km|cm|mm|kg|lb|oz|(?<=\d )(?:m|g|l))\b"
)
_WORD = r"(?-i:[A-ZÀ-Þ])[\w’'-]*(?<!['’]s)"
_NAME = rf"\b{_WORD}(?: {_WORD}| (?:de|la|von|van|upon) {_WORD})*"
_PLACE = (
    r"\b(?:in|at|for|of|near|from|to|with|about|into|and|or|called|named|user|customer|city)\s+(?:the\s+)?"
)
_LOWERED = (
    rf"{_PLACE}(?!(?:the|my|a|an|it|me|your|this|that)\b|\d)([^\W\d][\w’'-]*)"
    rf"(?=\s+(?:and|or|to|right|now)\b|\s+{_DATE}|[,.?!]|\s*$)"
)
_NO_NAME = re.compile(rf"I|{_DATE}|{_MONTH}|{_CURRENCY}", re.I)
_NUMBER = (
    r"(?<![\w.,-])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w-]*\d)"
    rf"|\b(?:{'|'.join(NUMBER_WORDS)})\b"
)
_SUM = r"(?<![\w.-])((?:sqrt|abs|round)?[-(]*\d[\d\s.+*/()%^-]*[\d)]|\d)(?!\w)"
_LISTED = r"[\s,?.]*(?:(?:and|or|&|also|then|calculate)\s*)?(?:(?:in|for|at|of|the|about|what|number)\s*)*"


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in a text from `start` to `end`, and the data that it is as an argument."""

    start: int
    end: int
    text: str
    data: Any


Finder = Callable[[str], list[Value]]


def find(pattern: str, data: Callable[[str], Any] = str.strip) -> Finder:
    """A finder of that pattern, whatever its case: its first filled group, or all of it."""
    compiled = re.compile(pattern, re.I)

    def values(text: str) -> list[Value]:
        found = ((m, next(filter(None, m.groups()), m[0])) for m in compiled.finditer(text) if m[0])
        return [Value(m.start(), m.end(), said, data(said)) for m, said in found]

    return values


quoted = find(r"\"([^\"]+)\"|“([^”]+)”|‘([^’]+)’|`([^`]+)`|(?<!\w)'(.+?)'(?!\w)")
_email, _zone, _capitalised, _lowered = map(find, (_EMAIL, r"\b[a-z]+/[a-z_]+\b|\bUTC\b", _NAME, _LOWERED))
_beginning = find(rf"(?:^|[.!?]\s+)({_NAME})(?=\s+(?:is|was|has|lives|works)\b)")


def numbers(text: str) -> list[Value]:
    """Numbers in digits, or in words up to twelve; dates, times, addresses and codes hold none."""
    hidden = re.sub(rf"{_DATE}|{_TIME}|{_EMAIL}|{_URL}", lambda m: "_" * len(m[0]), text, flags=re.I)
    return find(_NUMBER, _as_number)(hidden)


def names(text: str) -> list[Value]:
    """Names: capitalised after a preposition, else inside a sentence, else small ones after a preposition."""
    found = [v for v in _capitalised(text) if v.text.lower() not in STOP and not _NO_NAME.fullmatch(v.text)]
    placed = [v for v in found if re.search(rf"(?:{_PLACE}|,\s*)$", text[: v.start], re.I)]
    inside = [v for v in found if re.search(r"[^.!?:\s]\s*$", text[: v.start])]
    alone = [v for v in found if v not in inside and re.match(r"\s*(?:[.!?]|$)", text[v.end :])]
    return placed or inside or [v for v in _lowered(text) if v.text not in GENERIC] or alone


def persons(text: str) -> list[Value]:
    """Names that stand for no place: not after "in", "from" or the like."""
    begins = [v for v in _beginning(text) if v.text.lower() not in STOP]
    found = names(text)
    placed = [v for v in found if not re.search(r"\b(?:in|at|near|from|into)\s+$", text[: v.start], re.I)]
    return begins or placed or found


def expressions(text: str) -> list[Value]:
    """Arithmetic in signs (see `in_signs`) that can be read as such: `25 * 47`, `(3 + 4) ** 2`."""
    return [v for v in find(_SUM)(text) if re.search(r"[\d)]\s*[-+*/%]|^\w+\(", v.text) and _reads(v.text)]


def in_signs(text: str) -> str:
    """The text with arithmetic in words turned into signs, where it stands between numbers."""
    for pattern, sign in VOCABULARY["signs"].items():
        text = re.sub(pattern, sign, text, flags=re.I)
    return text


def together(text: str, values: list[Value]) -> list[Value]:
    """The first value and those that follow it in one list: "Paris, Oslo and Rome", but not "Lima, Peru"."""
    joined = values[:1]
    for value in values[1:]:
        if not re.fullmatch(_LISTED, text[joined[-1].end : value.start], re.I):
            break
        joined.append(value)
    conjunct = len(joined) != 2 or re.search(r"\w|&|\?", text[joined[0].end : joined[1].start])
    return joined if conjunct else joined[:1]


def _as_currency(text: str) -> str:
    return _CURRENCIES.get(text.lower().rstrip("s"), text.upper())


def _as_number(text: str) -> int | float:
    plain = str(NUMBER_WORDS.get(text.lower(), text.replace(",", "")))
    return float(plain) if re.search(r"[.e]", plain, re.I) else int(plain)


def _reads(expression: str) -> bool:
    try:
        ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


KINDS: dict[str, Finder] = {
    "email": _email,
    "address": find(_URL),
    "zone": lambda text: _zone(text) or names(text),
    "date": find(_DATE),
    "time": find(_TIME),
    "file": find(_PATH),
    "currency": find(_CURRENCY, _as_currency),
    "unit": find(_UNIT),
    "expression": expressions,
    "code": find(r"(?<![\w@.])#?((?:[a-z]+[-_]?)?\d[\w-]*)(?![\w@])"),
    "symbol": find(r"\b(?-i:[A-Z]{2,5})\b"),
    "place": names,
    "contact": lambda text: _email(text) or persons(text),
    "person": persons,
}
"""What finds a kind of value. What is of no kind is free text."""
