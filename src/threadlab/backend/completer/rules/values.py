"""Values: what in a text can be an argument, kind by kind, each with its place in the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from threadlab.backend.completer.rules.words import GENERIC, NUMBER_WORDS, STOP

_QUOTE = r"\"([^\"]+)\"|“([^”]+)”|‘([^’]+)’|`([^`]+)`|(?<!\w)'([^']+)'(?!\w)"
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
_CURRENCIES = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "franc": "CHF", "rupee": "INR"}
_CURRENCY = (
    rf"\b(?:usd|eur|gbp|jpy|chf|sek|nok|dkk|cad|aud|cny|inr|(?:{'|'.join(_CURRENCIES)})s?)\b"
    r"|\b(?-i:[A-Z]{3})\b(?!-)"
)
_UNIT = (
    r"\b(?:(?:kilo|centi|milli)?met(?:er|re)s?|miles?|feet|foot|inch(?:es)?|yards?|(?:kilo)?grams?|pounds?"
    r"|ounces?|lit(?:er|re)s?|gallons?|celsius|fahrenheit|kelvin|km|cm|mm|kg|lb|oz|(?<=\d )(?:m|g|l))\b"
)
_CODE = r"(?<![\w@.])#?((?:[a-z]+[-_]?)?\d[\w-]*)(?![\w@])"
_WORD = r"(?-i:[A-ZÀ-Þ])[\w’'-]*(?<!['’]s)"
_NAME = rf"\b{_WORD}(?: {_WORD}| (?:de|la|von|van|upon) {_WORD})*"
_PLACE = (
    r"\b(?:in|at|for|of|near|from|to|with|about|into|and|or|called|named|user|customer|city)\s+(?:the\s+)?"
)
_LOWERED = (
    rf"{_PLACE}(?!(?:the|my|a|an|it|me|your|this|that)\b|\d)([^\W\d][\w’'-]*)"
    rf"(?=\s+(?:and|or|to|right|now)\b|\s+{_DATE}|[,.?!]|\s*$)"
)
_SUM = r"(?<![\w.-])((?:sqrt|abs|round)?[-(]*\d[\d\s.+*/()%^-]*[\d)]|\d)(?!\w)"
_SIGNS = (
    (r"(?<=[\d)])\s*(?:x|×|times|multiplied by)\s*(?=[-(\d])", " * "),
    (r"(?<=[\d)])\s*(?:÷|divided by|over)\s*(?=[-(\d])", " / "),
    (r"(?<=[\d)])\s*plus\s*(?=[-(\d])", " + "),
    (r"(?<=[\d)])\s*(?:−|minus)\s*(?=[-(\d])", " - "),
    (r"(?<=[\d)])\s*(?:to the power of|\^)\s*(?=[-(\d])", " ** "),
    (r"(?:the )?square root of\s*(\d+(?:\.\d+)?)", r"sqrt(\1)"),
    (r"(\d+(?:\.\d+)?)\s*(?:%|percent) of\s*(\d+(?:\.\d+)?)", r"\1 / 100 * \2"),
)
_LISTED = r"[\s,?.]*(?:(?:and|or|&|also|then|calculate)\s*)?(?:(?:in|for|at|of|the|about|what|number)\s*)*"


@dataclass(frozen=True, slots=True)
class Value:
    """A value and its place in the text (start and end, in characters)."""

    start: int
    end: int
    text: str


Finder = Callable[[str], list[Value]]


def find(pattern: str) -> Finder:
    """A finder of that pattern, whatever its case: its first filled group, or all of it."""
    compiled = re.compile(pattern, re.I)

    def values(text: str) -> list[Value]:
        return [
            Value(m.start(), m.end(), next(filter(None, m.groups()), m[0]))
            for m in compiled.finditer(text)
            if m[0]
        ]

    return values


quoted = find(_QUOTE)


def numbers(text: str) -> list[Value]:
    """Numbers in digits, or in words up to twelve; dates, times, addresses and codes hold none."""
    hidden = re.sub(rf"{_DATE}|{_TIME}|{_EMAIL}|{_URL}", lambda m: "_" * len(m[0]), text, flags=re.I)
    pattern = rf"(?<![\w.,-])-?\d+(?:,\d{{3}})*(?:\.\d+)?(?![\w-]*\d)|\b(?:{'|'.join(NUMBER_WORDS)})\b"
    found = find(pattern)(hidden)
    return [
        Value(v.start, v.end, str(NUMBER_WORDS.get(v.text.lower(), v.text.replace(",", "")))) for v in found
    ]


def names(text: str) -> list[Value]:
    """Names: capitalised after a preposition, else inside a sentence, else small ones after a preposition."""
    plain = rf"I|{_DATE}|{_MONTH}|{_CURRENCY}"
    found = [
        v for v in find(_NAME)(text) if v.text.lower() not in STOP and not re.fullmatch(plain, v.text, re.I)
    ]
    placed = [v for v in found if re.search(rf"(?:{_PLACE}|,\s*)$", text[: v.start], re.I)]
    inside = [v for v in found if re.search(r"[^.!?:\s]\s*$", text[: v.start])]
    lowered = [v for v in find(_LOWERED)(text) if v.text not in GENERIC]
    alone = [v for v in found if v not in inside and re.match(r"\s*(?:[.!?]|$)", text[v.end :])]
    return placed or inside or lowered or alone


def persons(text: str) -> list[Value]:
    """Names that stand for no place: not after "in", "from" or the like."""
    placed = [
        v for v in names(text) if not re.search(r"\b(?:in|at|near|from|into)\s+$", text[: v.start], re.I)
    ]
    begins = find(rf"(?:^|[.!?]\s+)({_NAME})(?=\s+(?:is|was|has|lives|works)\b)")(text)
    begins = [v for v in begins if v.text.lower() not in STOP]
    return begins or placed or names(text)


def currencies(text: str) -> list[Value]:
    """Currency codes; the names of some currencies stand for theirs."""
    found = find(_CURRENCY)(text)
    return [Value(v.start, v.end, _CURRENCIES.get(v.text.lower().rstrip("s"), v.text.upper())) for v in found]


def expressions(text: str) -> list[Value]:
    """Arithmetic in signs (see `in_signs`) that can be read as such: `25 * 47`, `(3 + 4) ** 2`."""
    return [v for v in find(_SUM)(text) if re.search(r"[\d)]\s*[-+*/%]|^\w+\(", v.text) and _reads(v.text)]


def in_signs(text: str) -> str:
    """The text with arithmetic in words turned into signs, where it stands between numbers."""
    for pattern, sign in _SIGNS:
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


def _reads(expression: str) -> bool:
    try:
        ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


KINDS: Mapping[str, tuple[frozenset[str], Finder]] = {
    kind: (frozenset(parameters.split()), finder)
    for kind, parameters, finder in (
        ("email", "email mail recipient cc", find(_EMAIL)),
        ("address", "url link uri website", find(_URL)),
        ("zone", "timezone tz zone", lambda text: find(r"\b[a-z]+/[a-z_]+\b|\bUTC\b")(text) or names(text)),
        ("date", "date day deadline due when checkin", find(_DATE)),
        ("time", "time", find(_TIME)),
        ("file", "path file filename folder directory", find(_PATH)),
        ("currency", "currency", currencies),
        ("unit", "unit units", find(_UNIT)),
        ("expression", "expression formula equation calculation", expressions),
        ("code", "id code sku number reference isbn iban zip postcode", find(_CODE)),
        ("symbol", "symbol ticker", find(r"\b(?-i:[A-Z]{2,5})\b")),
        ("place", "city place location country destination origin town region state language airport", names),
        ("contact", "attendee participant invitee guest", lambda text: find(_EMAIL)(text) or persons(text)),
        ("person", "name person customer user author contact who", persons),
    )
}
"""Kinds of texts by the words of a parameter's name. What fits none is free text."""
