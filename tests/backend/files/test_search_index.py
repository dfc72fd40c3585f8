"""The index: what is found, in which order, with which scores, by words and by meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from threadlab.backend.search.chunking import Chunk
from threadlab.backend.search.embedder import Embedder, packed
from threadlab.backend.search.index import Found, Index
from threadlab.backend.search.meaning import closest
from threadlab.backend.search.ranking import ranked
from threadlab.backend.store.sqlite import Store

TEXTS = {
    "bicycle": "The blue bicycle belongs to the office. Its lock opens with 4711.",
    "office": "The office opens at nine. The office closes at five.",
    "cats": "Cats sleep. Résumé of a cat: 猫は寝ます。",
}


class Meanings:
    """An embedder for which money, refund and price lie in one direction, and all else in another."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Two numbers for each text."""
        about = ("money", "refund", "price", "cats")
        return [[float(sum(word in text.lower() for word in about)), 0.1] for text in texts]


@pytest.fixture
def store() -> Iterator[Store]:
    """A store of its own."""
    store = Store.private("virtual")
    yield store
    store.close()


def filled(store: Store, embedder: Embedder | None = None, where: str = "vs_1") -> Index:
    """An index with the texts as files of a vector store."""
    index = Index(store, embedder)
    for name, text in TEXTS.items():
        chunks = [Chunk(0, len(text), text)]
        with store.transaction() as change:
            index.add(change, where, name, chunks, index.vectors(chunks))
    return index


def names(found: list[Found]) -> list[str]:
    """The files that were found."""
    return [one.file_id for one in found]


@pytest.mark.parametrize(
    ("question", "files"),
    [
        ("Which number opens the lock of the bicycle?", ["bicycle", "office"]),
        ("offices", ["office", "bicycle"]),
        ("resume", ["cats"]),
        ("猫", ["cats"]),
        ("nothing of this", []),
        ('" OR NEAR( * ) -', []),
        ("the", ["office", "bicycle"]),
        ("", []),
    ],
)
def test_a_question_finds_what_has_its_words(store: Store, question: str, files: list[str]) -> None:
    """Best first; endings and accents do not matter, and a query language is not spoken."""
    found = filled(store).find(["vs_1"], question, 10, 0.0)
    assert names(found) == files
    assert all(0 < one.score <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_only_the_named_vector_stores_are_searched(store: Store) -> None:
    """And what was removed is found no more."""
    filled(store)
    index = filled(store, where="vs_2")
    assert len(index.find(["vs_1"], "cats", 10, 0.0)) == 1
    assert len(index.find(["vs_1", "vs_2"], "cats", 10, 0.0)) == 2
    assert index.find([], "cats", 10, 0.0) == []
    with store.transaction() as change:
        index.remove(change, "vs_2", "cats")
    assert index.find(["vs_2"], "cats", 10, 0.0) == []
    assert len(index.find(["vs_1"], "cats", 10, 0.0)) == 1


def test_a_chunk_says_where_it_stands(store: Store) -> None:
    """Its text, and the place of that in the file."""
    (found,) = filled(store).find(["vs_1"], "lock", 1, 0.0)
    assert TEXTS["bicycle"][found.start : found.end] == found.text


def test_an_embedder_finds_by_meaning_what_no_word_finds(store: Store) -> None:
    """The two ways are fused; chunks of a time without embedder are found by words alone."""
    filled(store)
    index = filled(store, Meanings(), "vs_2")
    assert names(index.find(["vs_2"], "refund", 10, 0.5)) == ["cats"]
    assert index.find(["vs_1"], "refund", 10, 0.0) == []
    both = index.find(["vs_2"], "price of the bicycle lock", 10, 0.0)
    assert {"bicycle", "cats"} <= set(names(both))


def test_ranks_are_fused_and_scores_scaled_by_the_best() -> None:
    """First by both ways is best; a single way keeps its own proportions."""
    assert ranked([({1: 4.0, 2: 1.0}, 0.5)]) == [(1, 0.5), (2, 0.125)]
    order = ranked([({1: 9.0, 2: 8.0}, 0.5), ({2: 0.9, 3: 0.1}, 0.9)])
    assert [chunk for chunk, _ in order] == [2, 1, 3]
    assert order[0][1] == 0.9
    assert ranked([({}, 0.0), ({}, 0.0)]) == []


def test_vectors_are_compared_by_their_direction() -> None:
    """The closest first, by their number where they are as close; what points elsewhere is left out."""
    vectors = {1: [0.0, 2.0], 2: [5.0, 0.0], 3: [1.0, 1.0], 4: [9.0, 0.0], 5: [-1.0, 0.0]}
    chunks = [(id, packed(vector)) for id, vector in vectors.items()]
    asked = packed([3.0, 0.0])
    assert list(closest(asked, chunks, 10)) == [2, 4, 3]
    assert closest(asked, chunks, 1) == {2: pytest.approx(1)}
    assert closest(asked, chunks, 10)[3] == pytest.approx(0.5**0.5)
    assert closest(asked, [], 10) == {}
    assert packed([0.0, 0.0]) == bytes(8)


def test_vectors_of_another_embedder_are_not_compared(store: Store) -> None:
    """They are of another length; their chunks are found by words alone."""
    index = filled(store, Meanings())
    with store.transaction() as change:
        index.add(change, "vs_1", "old", [Chunk(0, 6, "refund")], [packed([1.0, 0.1, 0.0])])
    assert names(index.find(["vs_1"], "price", 10, 0.5)) == ["cats"]
    assert "old" in names(index.find(["vs_1"], "refund", 10, 0.0))


def test_only_the_named_files_are_searched(store: Store) -> None:
    """By words and by meaning."""
    index = filled(store, Meanings())
    assert names(index.find(["vs_1"], "money for the office", 10, 0.0, ["cats"])) == ["cats"]
    assert index.find(["vs_1"], "office", 10, 0.0, []) == []
