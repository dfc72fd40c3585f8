"""Cited answer: an answer, the passages that it could have cited, and which words of which it did cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from threadlab.objects.citation import Citation
from threadlab.objects.hosted_call import SearchResult
from threadlab.objects.message import Message

_NUMBER = re.compile(r"\d+:(\d+)†")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk of a file. `score` is None where only the citation tells of it, no search."""

    file_id: str
    file_name: str
    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a citation leads: the number of its passage, and the cited characters of that (perhaps none).

    `start` and `end` are where its marker stands in the answer.
    """

    citation: Citation
    start: int
    end: int
    passage: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedAnswer:
    """An answer's text, what it could have cited (best first), and what it did cite, in the text's order."""

    message_id: str
    text: str
    passages: tuple[Passage, ...]
    sources: tuple[Source, ...]


def cited_answer(message: Message, found: Iterable[SearchResult] = ()) -> CitedAnswer:
    """The answer of a message, with the passages that searches found for it. Pure."""
    text = message.text
    passages = _found(found)
    sources: list[Source] = []
    for citation in message.citations:
        number = _passage_of(citation, passages)
        if number is None:
            number = len(passages)
            passages.append(
                Passage(file_id=citation.file_id, file_name=citation.file_name, text=citation.quote)
            )
        sources.append(_source(citation, text, number, passages[number]))
    return CitedAnswer(message_id=message.id, text=text, passages=tuple(passages), sources=tuple(sources))


def _found(results: Iterable[SearchResult]) -> list[Passage]:
    """What searches found, each passage once, best first."""
    best: dict[tuple[str, str], Passage] = {}
    for one in results:
        key = one.file_id, one.text or ""
        if key not in best or one.score > (best[key].score or 0.0):
            best[key] = Passage(
                file_id=one.file_id, file_name=one.file_name, text=one.text or "", score=one.score
            )
    return sorted(best.values(), key=lambda passage: -(passage.score or 0.0))


def _passage_of(citation: Citation, passages: Sequence[Passage]) -> int | None:
    """The number of the passage that holds the quote; of the file's, if none holds it.

    Chunks overlap, so several may hold it: then the one counts that the marker numbers (`【4:1†manual.md】`).
    """
    same_file = [number for number, one in enumerate(passages) if one.file_id == citation.file_id]
    holding = [number for number in same_file if citation.quote and citation.quote in passages[number].text]
    numbered = _NUMBER.search(citation.marker)
    if numbered and int(numbered[1]) in holding:
        return int(numbered[1])
    return next(iter(holding or same_file), None)


def _source(citation: Citation, text: str, number: int, passage: Passage) -> Source:
    start, end = citation.start, citation.end
    if text[start:end] != citation.marker:  # a service may count characters in its own way
        start = max(text.find(citation.marker), 0) if citation.marker else len(text)
        end = start + len(citation.marker) if text.startswith(citation.marker, start) else start
    first = passage.text.find(citation.quote) if citation.quote else -1
    last = first + len(citation.quote) if first >= 0 else 0
    return Source(citation=citation, start=start, end=end, passage=number, first=max(first, 0), last=last)
