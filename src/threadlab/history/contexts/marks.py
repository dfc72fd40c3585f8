"""Marks: what people have said of user runs, as far as scores, summaries and pruning ask for it.

A workspace's `annotations` is one: `scores_on(path, workspace.annotations)`.
"""

from __future__ import annotations

from collections.abc import Callable

from threadlab.journal.annotations import Annotations

Marks = Callable[[str], Annotations]
"""Gives what was said of the user run of that id."""

NOTHING_SAID = Annotations()


def no_marks(user_run: str) -> Annotations:
    """Nobody has said anything about any user run."""
    return NOTHING_SAID


def is_liked(said: Annotations) -> bool:
    """Whether the latest word on the user run as a whole is a thumb up."""
    ratings = [one.rating for one in said.feedback if not one.path]
    return bool(ratings) and ratings[-1] > 0
