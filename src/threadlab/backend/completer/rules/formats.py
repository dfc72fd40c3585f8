"""Formats: the wishes about an answer's form in instructions and messages, and how they are obeyed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.rules.arguments import fill
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.schema import fits, sample
from threadlab.backend.completer.rules.source import Source
from threadlab.backend.completer.rules.words import NUMBER_WORDS, sentences, words

_NUMBER = rf"(?P<n>\d{{1,3}}|an?|single|{'|'.join(NUMBER_WORDS)})"
_AT_MOST = r"at most|up to|no more than|maximum of"
_LIMIT = rf"\b(?:in|with|using|{_AT_MOST})\s+(?:(?:{_AT_MOST}|exactly|just|only|about|a)\s+)*{_NUMBER}[ -]"
_SAYING = r"\b[^.?!\n\"'“‘]*\b(?:with|by saying)\s+[\"'“‘](?P<text>[^\"”’]+?)[\"'”’](?!\w)"
_WISHES = {
    "words": rf"{_LIMIT}(?:(?!few|couple)\w+ )?words?\b",
    "sentences": rf"{_LIMIT}(?:(?!few|couple)\w+ )?sentences?\b",
    "bullets": (
        rf"\b(?:as|in|with|using|give me|make|write) (?:an? )?(?:{_NUMBER} )?"
        r"(?:bullet(?:ed)?(?: point)?(?: list)?s?|list)\b(?: of (?P<m>\w+))?"
    ),
    "upper": r"\b(?:in|using|with) (?:all )?(?:upper[- ]?case|caps|capitals|capital letters)\b",
    "lower": r"\b(?:in|using|with) (?:all )?lower[- ]?case\b",
    "json": r"\b(?:answer|reply|respond|output|return)\b[^.?!\n]*\bjson\b|\b(?:as|in) (?:valid )?json\b",
    "ending": rf"\bend{_SAYING}",
    "beginning": rf"\b(?:start|begin){_SAYING}",
}
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


@dataclass(frozen=True, slots=True)
class Form:
    """The form wished for; None and False where nothing was wished."""

    words: int | None = None
    sentences: int | None = None
    bullets: int | None = None
    upper: bool = False
    lower: bool = False
    json: bool = False
    ending: str = ""
    beginning: str = ""


def wished(reading: Reading) -> Form:
    """The form that the message wishes, else the instructions; `response_format` can only add JSON."""
    instructions, found = reading.request.instructions, dict[str, Any]()
    for wish, pattern in _WISHES.items():
        match = re.search(pattern, reading.message, re.I) or re.search(pattern, instructions, re.I)
        if match:
            found[wish] = _value(wish, match)
    kind = reading.request.response_format
    if isinstance(kind, Mapping) and kind.get("type") in ("json_object", "json_schema"):
        found["json"] = True
    who = re.search(rf"\b(?:{'|'.join(PERSONAS)})\b", instructions, re.I)
    return Form(**{"beginning": PERSONAS[who[0].lower()] if who else "", **found})


def dress(answer: Answer, reading: Reading) -> str:
    """The answer's text in the form that was wished for."""
    form, text = wished(reading), answer.text
    if answer.verbatim:
        return text
    if form.json:
        return _as_json(answer, reading)
    if form.sentences:
        text = _in_sentences(answer, form.sentences)
    if form.words:
        text = _in_words(text, answer.gist, form.words)
    elif form.bullets is not None:
        text = "\n".join(f"- {part.removeprefix('- ')}" for part in sentences(text)[: form.bullets or None])
    if form.beginning and not form.words and not text.startswith(form.beginning):
        text = f"{form.beginning} {text}"
    if form.ending and not text.endswith(form.ending):
        text = f"{text} {form.ending}"
    return text.upper() if form.upper else text.lower() if form.lower else text


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


def _value(wish: str, match: re.Match[str]) -> int | str | bool:
    groups = match.groupdict()
    if "text" in groups:
        return groups["text"]
    if "n" not in groups:
        return True
    number = (groups["n"] or groups.get("m") or "0").lower()
    return int(number) if number.isdigit() else NUMBER_WORDS.get(number, int(wish != "bullets"))


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


def _as_json(answer: Answer, reading: Reading) -> str:
    kind = reading.request.response_format
    wrapper = kind.get("json_schema") if isinstance(kind, Mapping) else None
    schema = wrapper.get("schema") if isinstance(wrapper, Mapping) else None
    if not isinstance(schema, Mapping):
        return json.dumps({"answer": answer.text}, ensure_ascii=False)
    made_up = sample(schema, schema, answer.gist or answer.text)
    if isinstance(made_up, dict):
        found = made_up | fill(schema, Source(reading.message)).arguments
        made_up = found if fits(found, schema, schema) else made_up
    return json.dumps(made_up, ensure_ascii=False)
