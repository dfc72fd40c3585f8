"""Ranking: from what each way of searching found, one list with scores from 0 to 1. Pure.

Ways are fused by reciprocal ranks: a chunk gets 1 / (60 + its rank) from each way that found it, so that
scores of different kinds need not be compared. The sum, relative to the best one, is scaled by how good the
best one really is: `best` says for each way, from 0 to 1, how well its first chunk fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SMOOTHING = 60
"""The usual constant of reciprocal rank fusion: the first few ranks differ little."""

Scores = Mapping[int, float]
"""Chunk → how well it fits by one way of searching; more is better."""


def ranked(ways: Sequence[tuple[Scores, float]]) -> list[tuple[int, float]]:
    """Chunks with their scores, best first. Each way comes with how well its first chunk fits."""
    ways = [way for way in ways if way[0]]
    if not ways:
        return []
    fused = dict(ways[0][0]) if len(ways) == 1 else _fused([scores for scores, _ in ways])
    most, good = max(fused.values()), max(best for _, best in ways)
    order = sorted(fused, key=lambda chunk: (-fused[chunk], chunk))
    return [(chunk, round(good * max(fused[chunk] / most, 0.0), 6)) for chunk in order]


def _fused(ways: Sequence[Scores]) -> dict[int, float]:
    fused: dict[int, float] = {}
    for scores in ways:
        for rank, chunk in enumerate(sorted(scores, key=lambda chunk: (-scores[chunk], chunk)), start=1):
            fused[chunk] = fused.get(chunk, 0.0) + 1 / (SMOOTHING + rank)
    return fused
