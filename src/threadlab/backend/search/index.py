"""The index: chunks of stored files, found by words (SQLite FTS5, BM25) and, with an embedder, by meaning.

A score says how well a chunk answers, from 0 to 1. By words: BM25 relative to the best chunk, times the share
of the question's telling words that the best chunk has. By meaning: the cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.backend.search.chunking import Chunk
from threadlab.backend.search.embedder import Embedder, packed
from threadlab.backend.search.ranking import Scores, ranked
from threadlab.backend.search.words import indexed, query, telling
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction

CANDIDATES = 200
"""Chunks that each way of searching may propose."""


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk that fits a question: its file, how well it fits (0 to 1), its text and where that stands."""

    file_id: str
    score: float
    text: str
    start: int
    end: int


class Index:
    """The chunks of all vector stores of `store`. An `embedder` adds search by meaning."""

    def __init__(self, store: Store, embedder: Embedder | None = None) -> None:
        self._store = store
        self.embedder = embedder

    def vectors(self, chunks: Sequence[Chunk]) -> list[bytes | None]:
        """What the embedder says of chunks that are to be added. Raises EmbeddingFailed."""
        if self.embedder is None or not chunks:
            return [None] * len(chunks)
        return [packed(vector) for vector in self.embedder.embed([chunk.text for chunk in chunks])]

    def add(
        self,
        change: Transaction,
        vector_store_id: str,
        file_id: str,
        chunks: Sequence[Chunk],
        vectors: Sequence[bytes | None],
    ) -> None:
        """Add the chunks of a file."""
        ((first,),) = change.rows("SELECT coalesce(max(id), 0) + 1 FROM chunks")
        numbered = list(enumerate(zip(chunks, vectors, strict=True), start=first))
        change.execute(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(
                (id, vector_store_id, file_id, chunk.start, chunk.end, chunk.text, vector)
                for id, (chunk, vector) in numbered
            ),
        )
        change.execute(
            "INSERT INTO chunk_words (rowid, words) VALUES (?, ?)",
            *((id, indexed(chunk.text)) for id, (chunk, _) in numbered),
        )

    def remove(self, change: Transaction, vector_store_id: str, file_id: str) -> None:
        """Remove the chunks of a file from a vector store."""
        of_file = "WHERE vector_store_id = ? AND file_id = ?"
        values = (vector_store_id, file_id)
        chunks = change.rows(f"SELECT id, text FROM chunks {of_file}", values)
        change.execute(
            "INSERT INTO chunk_words (chunk_words, rowid, words) VALUES ('delete', ?, ?)",
            *((id, indexed(text)) for id, text in chunks),
        )
        change.execute(f"DELETE FROM chunks {of_file}", values)

    def find(
        self,
        vector_store_ids: Sequence[str],
        question: str,
        most: int,
        least: float,
        files: Sequence[str] | None = None,
    ) -> list[Found]:
        """At most so many chunks of these vector stores that score at least so much, best first.

        With `files`, only chunks of those. Raises EmbeddingFailed.
        """
        where = _Where(vector_store_ids, files)
        ways = [self._by_words(where, question), self._by_meaning(where, question)]
        chosen = [(id, score) for id, score in ranked(ways) if score >= least][:most]
        ids = [id for id, _ in chosen]
        rows = self._store.rows(
            f"SELECT id, file_id, text, start, end FROM chunks WHERE id IN ({_marks(ids)})", ids
        )
        by_id = {row[0]: row[1:] for row in rows}
        return [
            Found(file_id, score, text, start, end)
            for id, score in chosen
            if id in by_id  # it may have been removed meanwhile
            for file_id, text, start, end in [by_id[id]]
        ]

    def _by_words(self, where: _Where, question: str) -> tuple[Scores, float]:
        words = telling(question)
        if not words:
            return {}, 0.0
        rows = self._store.rows(
            "SELECT chunks.id, -bm25(chunk_words) AS fits FROM chunk_words "
            "JOIN chunks ON chunks.id = chunk_words.rowid "
            f"WHERE chunk_words MATCH ? AND {where.condition} "
            f"ORDER BY fits DESC, chunks.id LIMIT {CANDIDATES}",
            [query(words), *where.values],
        )
        return dict(rows), self._share(rows[0][0], words) if rows else 0.0

    def _share(self, chunk_id: int, words: tuple[str, ...]) -> float:
        """The share of these words that a chunk has."""
        has = "SELECT count(*) FROM chunk_words WHERE chunk_words MATCH ? AND rowid = ?"
        counts = [int(self._store.rows(has, (query((word,)), chunk_id))[0][0]) for word in words]
        return sum(counts) / len(words)

    def _by_meaning(self, where: _Where, question: str) -> tuple[Scores, float]:
        if self.embedder is None or not question.strip():
            return {}, 0.0
        from threadlab.backend.search.meaning import closest  # noqa: PLC0415

        asked = packed(self.embedder.embed([question])[0])
        rows = self._store.rows(
            f"SELECT id, vector FROM chunks WHERE {where.condition} AND length(vector) = ?",
            [*where.values, len(asked)],
        )
        scores = closest(asked, rows, CANDIDATES)
        return scores, max(scores.values(), default=0.0)


class _Where:
    """Which chunks are looked at, as a condition of SQL with its values."""

    def __init__(self, vector_store_ids: Sequence[str], files: Sequence[str] | None) -> None:
        self.condition = f"chunks.vector_store_id IN ({_marks(vector_store_ids)})"
        if files is not None:
            self.condition += f" AND chunks.file_id IN ({_marks(files)})"
        self.values = [*vector_store_ids, *(files or ())]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
