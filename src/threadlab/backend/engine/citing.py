"""Citing: the markers that an answer writes become citations of what its run's file searches found.

A result of file_search comes with a marker, `【4:0†manual.md】`. Where the model writes it, the piece of text
gets an annotation with the file and a quote: the sentence of the result that shares most words with what the
answer says before the marker. So a real model cites as a stand-in does. A marker that nothing was found under
stays plain text.
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
_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?](?=\s)|(?=\n)|\Z)")


def cited(pieces: Iterable[Piece], request: Request) -> Iterator[Piece]:
    """The pieces, with an annotation where text is a known marker. Text is held back only within a marker."""
    results = {result["marker"]: result for group in request.rounds for result in _results(group)}
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
            yield _annotated(marker, results.get(marker), said)
            said = "" if marker in results else said
    if held:
        yield Text(held)


def _first_marker(text: str) -> tuple[str, str]:
    """The text up to the end of the marker that it begins with, and the rest."""
    end = text.find(CLOSES) + 1 or len(text)
    return text[:end], text[end:]


def _annotated(marker: str, result: Json | None, said: str) -> Text:
    if result is None:
        return Text(marker)
    citation = {"file_id": result["file_id"], "quote": quote(result["text"], said)}
    return Text(marker, ({"type": "file_citation", "text": marker, "file_citation": citation},))


def quote(source: str, said: str) -> str:
    """The sentence of the source, verbatim, that shares most words with what is said."""
    words = set(_WORD.findall(said.lower()))
    best, most = "", -1
    for found in _SENTENCE.finditer(source):
        shared = len(words & set(_WORD.findall(found[0].lower())))
        if shared > most:
            best, most = found[0], shared
    return best[:LONGEST_QUOTE]


def _results(calls: Iterable[Called]) -> Iterator[Json]:
    """What file searches of a round told the model."""
    for call in calls:
        if call.name == "file_search":
            try:
                told = json.loads(call.output)
            except ValueError:
                continue
            yield from (told.get("results") or ()) if isinstance(told, dict) else ()
