"""Annotations: what people say of a user run, also long after its end. The log of facts stays as it is.

They lie in a file of their own beside it, `annotations.jsonl`, which only grows, too. Several processes may
add to it: each takes a lock for the moment of writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from pathlib import Path
from typing import Any, get_args

from threadlab.errors import HistoryError
from threadlab.journal.blobs import Blobs
from threadlab.journal.codec import Codec
from threadlab.journal.files import Files
from threadlab.journal.line_log import append_alone, broken, lines

ANNOTATIONS = "annotations.jsonl"
STARS = range(1, 6)
NEITHER = 3
"""The stars that are neither good nor bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A tag was put on it."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Untagged:
    """A tag was taken off."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """It was put into a named group; it may be in several."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ungrouped:
    """It was taken out of a group."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A person's importance for it, 0 to 1, in the place of the computed one; None gives that back."""

    score: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackGiven:
    """Somebody rated it: thumb up (1), down (-1), or neither (0), and why. `path` names a part of it.

    `stars`, 1 to 5, where they were given: four and more are a thumb up, two and less a thumb down.
    """

    rating: int
    comment: str = ""
    by: str = "user"
    path: str = ""
    stars: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataSet:
    """A value of its metadata was set (JSON); None takes it away."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarised:
    """The summary that stands for it in later contexts, and who wrote it; "" takes it away."""

    summary: str
    by: str = "user"


Annotation = Tagged | Untagged | Grouped | Ungrouped | Scored | FeedbackGiven | MetadataSet | Summarised

_CODEC = Codec(get_args(Annotation))


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """All that was said of a user run, as it stands now. Tags and groups in the order of the alphabet."""

    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    score: float | None = None
    score_reason: str = ""
    feedback: tuple[FeedbackGiven, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    summary_by: str = ""


def given_feedback(
    rating: int | None, stars: int | None, *, comment: str = "", by: str = "user", path: str = ""
) -> FeedbackGiven:
    """The feedback of a thumb or of stars. Raises HistoryError for neither, both, or more than there are."""
    if (rating is None) == (stars is None) or rating not in (None, -1, 0, 1) or stars not in (None, *STARS):
        raise HistoryError(
            f"this is no rating: {rating if stars is None else stars}",
            hint="give a thumb (1, 0 or -1), or stars=1 to stars=5",
        )
    thumb = rating if stars is None else (stars > NEITHER) - (stars < NEITHER)
    return FeedbackGiven(rating=thumb or 0, comment=comment, by=by, path=path, stars=stars)


def annotate(folder: Path, annotation: Annotation, at: float, files: Files, blobs: Blobs) -> None:
    """Write an annotation down, made at that time (Unix seconds)."""
    append_alone(folder / ANNOTATIONS, {"at": at, **_CODEC.document(annotation)}, files, blobs)


def annotations_of(folder: Path, blobs: Blobs) -> Annotations:
    """Those of the user run in that folder. Raises JournalError for a broken line."""
    path, begins, said = folder / ANNOTATIONS, 0, []
    for ends, document in lines(path, blobs):
        try:
            document.pop("at")
            said.append(_CODEC.read(document))
        except (ValueError, TypeError, KeyError) as error:
            raise broken(path, begins, str(error)) from error
        begins = ends
    return told(said)


def told(said: Iterable[Annotation]) -> Annotations:
    """What these annotations, in their order, say together. Pure."""
    now = Annotations()
    for annotation in said:
        now = _say(annotation, now)
    return now


@singledispatch
def _say(annotation: Annotation, now: Annotations) -> Annotations:
    raise TypeError(f"{type(annotation).__name__} is no annotation")


@_say.register
def _(annotation: Tagged, now: Annotations) -> Annotations:
    return replace(now, tags=_with(now.tags, annotation.tag))


@_say.register
def _(annotation: Untagged, now: Annotations) -> Annotations:
    return replace(now, tags=_without(now.tags, annotation.tag))


@_say.register
def _(annotation: Grouped, now: Annotations) -> Annotations:
    return replace(now, groups=_with(now.groups, annotation.group))


@_say.register
def _(annotation: Ungrouped, now: Annotations) -> Annotations:
    return replace(now, groups=_without(now.groups, annotation.group))


@_say.register
def _(annotation: Scored, now: Annotations) -> Annotations:
    return replace(now, score=annotation.score, score_reason=annotation.reason)


@_say.register
def _(annotation: FeedbackGiven, now: Annotations) -> Annotations:
    return replace(now, feedback=(*now.feedback, annotation))


@_say.register
def _(annotation: MetadataSet, now: Annotations) -> Annotations:
    others = {key: value for key, value in now.metadata.items() if key != annotation.key}
    set_now = {} if annotation.value is None else {annotation.key: annotation.value}
    return replace(now, metadata={**others, **set_now})


@_say.register
def _(annotation: Summarised, now: Annotations) -> Annotations:
    return replace(now, summary=annotation.summary, summary_by=annotation.by if annotation.summary else "")


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(sorted({*names, name}))


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != name)
