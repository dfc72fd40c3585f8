"""Chunking: a text is cut into windows of so many tokens, each overlapping the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.tokens import token_starts

SIZE, OVERLAP = 800, 400
"""Tokens of a chunk, and of its overlap, unless told otherwise: the service's documented ones.

Source: learn.microsoft.com/azure/foundry/agents/concepts/vector-stores, default retrieval settings; the same
in the file search article of the classic agents.
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a text: `text` is its characters from `start` to `end`."""

    start: int
    end: int
    text: str


def strategy(size: int = SIZE, overlap: int = OVERLAP) -> dict[str, Any]:
    """A chunking strategy as the wire shows it."""
    return {"type": "static", "static": {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}}


def chunks_of(text: str, chunking: dict[str, Any]) -> list[Chunk]:
    """The chunks of a text, in order. The last one ends with the text, and none holds only overlap."""
    static = chunking["static"]
    size, overlap = static["max_chunk_size_tokens"], static["chunk_overlap_tokens"]
    starts = token_starts(text)
    chunks: list[Chunk] = []
    for first in range(0, max(len(starts) - overlap, 1), size - overlap):
        last = first + size
        end = starts[last] if last < len(starts) else len(text)
        start = starts[first] if starts else 0
        chunks.append(Chunk(start, end, text[start:end].rstrip()))
        if last >= len(starts):
            break
    return [Chunk(chunk.start, chunk.start + len(chunk.text), chunk.text) for chunk in chunks if chunk.text]
