"""Formats: the wishes about an answer's form in instructions and messages, and how they are obeyed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from threadlab.backend.completer.rules.arguments import fill
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.schema import Shape
from threadlab.backend.completer.rules.source import Source
from threadlab.backend.completer.rules.words import NUMBER_WORDS, sentences, words

_NUMBER = rf"(?P<n>\d{{1,3}}|an?|single|{'|'.join(NUMBER_WORDS)})"
_AT_MOST = r"at most|up to|no more than|maximum of"
_LIMIT = rf"\b(?:in|with|using|{_AT_MOST})\s+(?:(?:{_AT_MOST}|exactly|just|only|about|a)\s+)*{_NUMBER}[ -]"
_SAYING = r"\b[^.?!\n\"'“‘]*\b(?:with|by saying)\s+[\"'“‘](?P<text>[^\"”’]+?)[\"'”’](?!\w)"
_WORDS = rf"{_LIMIT}(?:(?!few|couple)\w+ )?words?\b"
_SENTENCES = rf"{_LIMIT}(?:(?!few|couple)\w+ )?sentences?\b"
_BULLETS = (
    rf"\b(?:as|in|with|using|give me|make|write) (?:an? )?(?:{_NUMBER} )?"
    r"(?:bullet(?:ed)?(?: point)?(?: list)?s?|list)\b(?: of (?P<m>\w+))?"
)
_UPPER = r"\b(?:in|using|with) (?:all )?(?:upper[- ]?case|caps|capitals|capital letters)\b"
_LOWER = r"\b(?:in|using|with) (?:all )?lower[- ]?case\b"
_JSON = r"\b(?:answer|reply|respond|output|return)\b[^.?!\n]*\bjson\b|\b(?:as|in) (?:valid )?json\b"
_REPLY = r"\b(?:reply|answer|respond)\b"
_GIVEN = (
    rf"{_REPLY}[^.:?!\n]{{0,20}}\bexactly\b[^.:?!\n]{{0,12}}:\s*(?P<said>.+)",
    rf"{_REPLY} with exactly (?!in|the|what|as|{_NUMBER}[ -])(?P<said>\S.*)",
    rf"{_REPLY}(?: only| always)?(?: with)?(?: only| just| exactly)?:?\s*(?P<said>[\"“'‘].+)",
)
_SPOKEN = (
    r"^\W*(?:please |now |can you |could you )*(?:repeat after me|say exactly|say)\s*[:,]?\s+"
    r"(?!what|why|how|something|anything|that\b)(?P<said>.+)"
)
PERSONAS = {"pirate": "Ahoy!", "butler": "At your service.", "cowboy": "Howdy!"}


def dress(answer: Answer, reading: Reading) -> str:
    """The answer's text in the form that the message wishes, or else the instructions."""
    instructions, text = reading.request.instructions, answer.text

    def wish(pattern: str) -> re.Match[str] | None:
        return re.search(pattern, reading.message, re.I) or re.search(pattern, instructions, re.I)

    if answer.verbatim:
        return text
    if wish(_JSON) or _format(reading) in ("json_object", "json_schema"):
        return _as_json(answer, reading)
    if limit := wish(_SENTENCES):
        text = _in_sentences(answer, _count(limit))
    if limit := wish(_WORDS):
        text = _in_words(text, answer.gist, _count(limit))
    elif listed := wish(_BULLETS):
        text = "\n".join(f"- {part.removeprefix('- ')}" for part in sentences(text)[: _count(listed) or None])
    persona = re.search(rf"\b(?:{'|'.join(PERSONAS)})\b", instructions, re.I)
    opening = wish(rf"\b(?:start|begin){_SAYING}")
    beginning = opening["text"] if opening else PERSONAS[persona[0].lower()] if persona else ""
    if beginning and not limit and not text.startswith(beginning):
        text = f"{beginning} {text}"
    if (ending := wish(rf"\bend{_SAYING}")) and not text.endswith(ending["text"]):
        text = f"{text} {ending['text']}"
    return text.upper() if wish(_UPPER) else text.lower() if wish(_LOWER) else text


def exact_words(message: str, instructions: str) -> tuple[str, str] | None:
    """The words to be said as they are, and who gave them: "reply with exactly: X", "say X"."""
    given = [("message", message, pattern) for pattern in (*_GIVEN, _SPOKEN)]
    given += [("instructions", instructions, pattern) for pattern in _GIVEN]
    for place, text, pattern in given:
        if found := re.search(pattern, text, re.I | re.S):
            said = found["said"].strip()
            quoted = re.match(r"[\"“'‘](.+?)[\"”'’](?!\w)", said, re.S)
            return place, quoted[1] if quoted else said
    return None


def _count(wish: re.Match[str]) -> int:
    """The number in a wish; 1 for "a", 0 for a list of any length."""
    number = (wish["n"] or wish.groupdict().get("m") or "0").lower()
    return int(number) if number.isdigit() else NUMBER_WORDS.get(number, int("m" not in wish.groupdict()))


def _in_sentences(answer: Answer, limit: int) -> str:
    parts = sentences(answer.text)
    if answer.whole and len(parts) > limit:
        parts = [*parts[: limit - 1], "; ".join(part.rstrip(".") for part in parts[limit - 1 :]) + "."]
    return " ".join(parts[:limit])


def _in_words(text: str, gist: str, limit: int) -> str:
    if len(text.split()) <= limit:
        return text
    if limit == 1 and not gist:
        return next(iter(words(text).values()), text.split()[0])
    return " ".join((gist or text).split()[:limit]).rstrip(",;:.")


def _format(reading: Reading) -> object:
    kind = reading.request.response_format
    return kind.get("type") if isinstance(kind, Mapping) else None


def _as_json(answer: Answer, reading: Reading) -> str:
    """The answer as JSON: by the schema of `response_format`, from the message where that gives it."""
    kind = reading.request.response_format
    wrapper = kind.get("json_schema") if isinstance(kind, Mapping) else None
    schema = wrapper.get("schema") if isinstance(wrapper, Mapping) else None
    if not isinstance(schema, Mapping):
        return json.dumps({"answer": answer.text}, ensure_ascii=False)
    shape = Shape.of(schema)
    made_up = shape.sample(answer.gist or answer.text)
    if isinstance(made_up, dict):
        found = made_up | fill(shape, Source(reading.message)).arguments
        made_up = found if shape.accepts(found) else made_up
    return json.dumps(made_up, ensure_ascii=False)
