"""Shuffled: the same learnings, each said of the requests of another. The control of an experiment. Pure.

If these helped as well, what helps would not be what the learnings say, but that something is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from threadlab.errors import HistoryError
from threadlab.orchestration.learning.learning import Learning, learning_id

_TRIES = 200


def shuffled(learnings: Sequence[Learning], *, seed: int = 0) -> tuple[Learning, ...]:
    """The learnings with the words of their requests exchanged, so that most of them say another thing.

    Raises HistoryError where they all say the same: then there is nothing to exchange.
    """
    chance = Random(seed)
    best, best_count = list(learnings), 0
    for _ in range(_TRIES):
        order = chance.sample(list(learnings), len(learnings))
        count = sum(_claim(one) != _claim(other) for one, other in zip(learnings, order, strict=True))
        if count > best_count:
            best, best_count = order, count
        if best_count == len(learnings):
            break
    if not best_count:
        raise HistoryError(
            f"{len(learnings)} learnings cannot be shuffled: they all say the same",
            hint="learn from requests that need different ways, so that there is something to mix up",
        )
    return tuple(_said_of(claim, words_of=one) for one, claim in zip(learnings, best, strict=True))


def _said_of(claim: Learning, words_of: Learning) -> Learning:
    applies_to = replace(claim.applies_to, words=words_of.applies_to.words)
    return replace(
        claim,
        id=learning_id(claim.dimension, claim.advice, claim.subject, applies_to),
        applies_to=applies_to,
    )


def _claim(learning: Learning) -> tuple[str, str, str]:
    return learning.dimension, learning.advice, learning.subject
