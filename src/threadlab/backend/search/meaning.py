"""Meaning: which vectors lie closest to that of a question. Pure; it reckons with numpy.

Every vector is compared, in one multiplication: of tens of thousands that takes a few milliseconds, so there
is no second index that could be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy


def closest(asked: bytes, chunks: Sequence[tuple[int, bytes]], most: int) -> dict[int, float]:
    """The chunks whose packed vectors lie closest to `asked`, each with the cosine, best first.

    Only those with a cosine above 0. All vectors are as long as `asked`.
    """
    if not chunks:
        return {}
    ids = numpy.array([id for id, _ in chunks])
    vectors = numpy.frombuffer(b"".join(vector for _, vector in chunks), dtype=numpy.float32)
    cosines = vectors.reshape(len(chunks), -1) @ numpy.frombuffer(asked, dtype=numpy.float32)
    order = numpy.lexsort((ids, -cosines))[:most]
    best = zip(ids[order].tolist(), cosines[order].tolist(), strict=True)
    return {id: min(cosine, 1.0) for id, cosine in best if cosine > 0}
