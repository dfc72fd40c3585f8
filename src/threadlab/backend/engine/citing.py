"""Citing: the markers that an answer writes become citations of what its run's file searches found.

A result of file_search comes with a marker, `【4:0†manual.md】`. Where the model writes it, the piece of text
gets an annotation with the file and a quote: of the result's sentences that the answer says before the
marker, the one that shares most words with the question. So a real model cites as a stand-in does. A marker
that nothing was found under stays plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from threadlab.backend.completer.port import Called, Piece, Request, Text

Json = dict[str, Any]
OPENS, CLOSES = "【", "】"
LONGEST_MARKER = 300
LONGEST_QUOTE = 400

_WORD = re.compile(r"\w{3,}")
_COMMON = {
    "and", "are", "but", "can", "did", "does", "for", "from", "had", "has", "have", "how", "its", "many",
    "much", "not", "that", "the", "there", "this", "was", "were", "what", "when", "where", "which", "who",
    "why", "with", "you", "your",
}  # fmt: skip
_MARK = re.compile(r"^\s*(?:#+|[-*])\s+", re.M)
_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?](?=\s)|(?=\n)|\Z)")


def cited(pieces: Iterable[Piece], request: Request) -> Iterator[Piece]:
    """The pieces, with an annotation where text is a known marker. Text is held back only within a marker."""
    results = {result["marker"]: result for group in request.rounds for result in _results(group)}
    asked = next((one.text for one in reversed(request.messages) if one.role == "user"), "")
    if not results:
        yield from pieces
        return
    said = held = ""
    for piece in pieces:
        if not isinstance(piece, Text) or piece.annotations or not piece.text:
            if held and not (isinstance(piece, Text) and not piece.text):
                yield Text(held)
                held = ""
            yield piece
            continue
        held += piece.text
        while held:
            before, opens, rest = held.partition(OPENS)
            if before:
                yield Text(before)
                said += before
            held = opens + rest
            if CLOSES not in rest and len(rest) < LONGEST_MARKER:
                break  # more of the marker may come, or there is none
            marker, held = _first_marker(held)
            yield _annotated(marker, results.get(marker), said, asked)
            said = "" if marker in results else said
    if held:
        yield Text(held)


def _first_marker(text: str) -> tuple[str, str]:
    """The text up to the end of the marker that it begins with, and the rest."""
    end = text.find(CLOSES) + 1 or len(text)
    return text[:end], text[end:]


def _annotated(marker: str, result: Json | None, said: str, asked: str) -> Text:
    if result is None:
        return Text(marker)
    citation = {"file_id": result["file_id"], "quote": quote(result["text"], said, asked)}
    return Text(marker, ({"type": "file_citation", "text": marker, "file_citation": citation},))


def quote(source: str, said: str, asked: str = "") -> str:
    """The sentence of the source, verbatim, on which what is said rests as an answer to what was asked.

    If sentences are said word for word, it is one of those: the one that shares most words with the question,
    then with what is said, and then the longest. In an answer in other words both count alike. Headings and
    questions are quoted only where there is nothing else.
    """
    told, answered, repeats = _words(asked), _words(said), _plain(said)
    every = [found[0] for found in _SENTENCE.finditer(source)]
    sentences = [one for one in every if not one.startswith("#") and not one.endswith("?")] or every
    repeated = [one for one in sentences if _WORD.search(one) and _plain(one) in repeats]
    candidates = repeated or sentences

    def fits(sentence: str) -> tuple[int, int, int]:
        words = _words(sentence)
        of_question, of_answer = len(words & told), len(words & answered)
        return of_question if repeated else of_question + of_answer, of_answer, len(sentence)

    return _MARK.sub("", max(candidates, key=fits, default=""))[:LONGEST_QUOTE]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _COMMON


def _plain(text: str) -> str:
    """Text without line breaks and the marks of headings and lists, as a stand-in says it."""
    return " ".join(_MARK.sub("", text).split()).lower()


def _results(calls: Iterable[Called]) -> Iterator[Json]:
    """What file searches of a round told the model."""
    for call in calls:
        if call.name == "file_search":
            try:
                told = json.loads(call.output)
            except ValueError:
                continue
            yield from (told.get("results") or ()) if isinstance(told, dict) else ()
