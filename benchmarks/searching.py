"""Searching: how long a question takes in a vector store of many chunks, by words and by meaning.

`python -m benchmarks.searching`. The texts are made up of words with the frequencies of a natural language,
and the embedder gives random vectors of 384 numbers, as long as those of a small model: it costs what a real
one costs, but for the model itself.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Annotated

import typer

from benchmarks.figures import Goal, p95
from benchmarks.report import Report, Section, as_json, show
from threadlab.backend.search.chunking import Chunk
from threadlab.backend.search.index import Index
from threadlab.backend.store.sqlite import Store

CHUNKS = (1_000, 10_000)
QUESTIONS = 40
VOCABULARY = 20_000
WORDS_OF_A_CHUNK = 400
CHUNKS_OF_A_FILE = 100
DIMENSIONS = 384
SEED = 7
INTERACTIVE_MS = 100.0


@dataclass(frozen=True, slots=True)
class Searched:
    """Questions to a store of so many chunks: milliseconds a question, and a chunk when it was indexed."""

    way: str
    chunks: int
    median_ms: float
    p95_ms: float
    indexing_ms: float


class RandomVectors:
    """An embedder that knows nothing, at the price of one that does."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A random vector for each text."""
        return [[self._random.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in texts]


def texts(count: int, words: int) -> list[str]:
    """Texts of words that are as unevenly frequent as those of a language."""
    chance = random.Random(SEED)
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    names = [f"word{number}" for number in range(VOCABULARY)]
    return [" ".join(chance.choices(names, weights, k=words)) for _ in range(count)]


def searched(way: str, count: int, questions: int) -> Searched:
    """Index so many chunks, then ask."""
    store = Store.private("real")
    try:
        index = Index(store, RandomVectors() if way == "words and meaning" else None)
        chunks = [Chunk(0, len(text), text) for text in texts(count, WORDS_OF_A_CHUNK)]
        began = time.perf_counter()
        for first in range(0, count, CHUNKS_OF_A_FILE):
            some = chunks[first : first + CHUNKS_OF_A_FILE]
            with store.transaction() as change:
                index.add(change, "vs_1", f"assistant-{first}", some, index.vectors(some))
        indexing = time.perf_counter() - began
        took = [_ms(index, question) for question in texts(questions, 8)]
    finally:
        store.close()
    return Searched(way, count, median(took), p95(took), 1000 * indexing / count)


def _ms(index: Index, question: str) -> float:
    began = time.perf_counter()
    index.find(["vs_1"], question, 20, 0.0)
    return 1000 * (time.perf_counter() - began)


def report(sizes: Sequence[int] = CHUNKS, questions: int = QUESTIONS) -> Report:
    """Both ways at each size."""
    found = [searched(way, size, questions) for way in ("words", "words and meaning") for size in sizes]
    rows = [
        (
            f"{one.way}, {one.chunks:,} chunks",
            *(f"{ms:.2f}" for ms in (one.median_ms, one.p95_ms, one.indexing_ms)),
        )
        for one in found
    ]
    largest = next(one for one in found if one.way == "words" and one.chunks == max(sizes))
    return Report(
        sections=[Section("A question", ("", "median ms", "p95 ms", "indexing, ms a chunk"), rows)],
        goals=[
            Goal(
                f"a question to {largest.chunks:,} chunks by words, p95", INTERACTIVE_MS, largest.p95_ms, "ms"
            )
        ],
        notes=[f"searching: {questions} questions of 8 words, chunks of {WORDS_OF_A_CHUNK} words"],
        content={"searched": [asdict(one) for one in found]},
    )


def main(
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Questions, in tens.")] = QUESTIONS // 10,
    chunks: Annotated[int, typer.Option(min=100, help="The largest number of chunks.")] = max(CHUNKS),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure and show."""
    found = report((chunks,), 10 * repeat) if chunks != max(CHUNKS) else report(questions=10 * repeat)
    as_json(found) if json else show([found])


if __name__ == "__main__":
    typer.run(main)
