"""Annotated: what people say of a user run. The one part of it that may change after its end."""

from __future__ import annotations

from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.desk import Desk
from threadlab.history.metadata import Metadata
from threadlab.journal.annotations import (
    Annotation,
    Annotations,
    Grouped,
    MetadataSet,
    Scored,
    Summarised,
    Tagged,
    Ungrouped,
    Untagged,
    annotations_of,
    given_feedback,
)
from threadlab.journal.decision import decision_path


class Annotated:
    """The verbs that write annotations, and what they say now."""

    def __init__(self, desk: Desk, id: str) -> None:
        self._desk = desk
        self.id = id

    @property
    def annotations(self) -> Annotations:
        """All that was said of it."""
        directory = self._desk.workspace.open(self.id)
        return annotations_of(directory.folder, directory.blobs)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, in the order of the alphabet."""
        return self.annotations.tags

    @property
    def groups(self) -> tuple[str, ...]:
        """The named groups that it is in."""
        return self.annotations.groups

    @property
    def metadata(self) -> Metadata:
        """What was noted about it, by key: `user_run.metadata["author"] = "Ada"` is kept, as `note` does."""
        return Metadata(lambda: self.annotations, self._annotate)

    def tag(self, *tags: str) -> None:
        """Put tags on it. Raises HistoryError for an empty one."""
        for tag in tags:
            _check_name("tag", tag)
        for tag in tags:
            self._annotate(Tagged(tag=tag))

    def untag(self, *tags: str) -> None:
        """Take tags off."""
        for tag in tags:
            self._annotate(Untagged(tag=tag))

    def group(self, name: str) -> None:
        """Put it into a named group; it may be in several. Raises HistoryError for an empty name."""
        _check_name("group", name)
        self._annotate(Grouped(group=name))

    def ungroup(self, name: str) -> None:
        """Take it out of a group."""
        self._annotate(Ungrouped(group=name))

    def note(self, key: str, value: Any) -> None:
        """Set a value of its metadata (JSON); None takes it away."""
        self._annotate(MetadataSet(key=key, value=value))

    def rate(
        self,
        rating: int | None = None,
        comment: str = "",
        *,
        stars: int | None = None,
        decision: int | str | None = None,
        by: str = "user",
        path: str = "",
    ) -> None:
        """Give feedback, also days later: a thumb (1 good, -1 bad, 0 neither), or 1 to 5 `stars`.

        `path` names a part of it; `decision` one of its orchestrator's decisions, by its number or path.
        Raises HistoryError for a rating or a decision that there is not.
        """
        if decision is not None:
            context = OrchestrationContext.of(self._desk.workspace, self.id)
            path = decision_path(context.decision(decision).path)
        self._annotate(given_feedback(rating, stars, comment=comment, by=by, path=path))

    def score(self, score: float | None, reason: str = "") -> None:
        """Say how important it is, from 0 to 1, in the place of the computed score; None gives that back.

        `importance` reads it. Raises HistoryError for any other number.
        """
        is_number = isinstance(score, int | float)
        if score is not None and not (is_number and 0 <= score <= 1):
            raise HistoryError(f"{score!r} is no score", hint="say a number from 0 (nothing) to 1 (all)")
        self._annotate(Scored(score=score, reason=reason))

    def summarise(self, summary: str, by: str = "user") -> None:
        """Say what stands for it in the context of later user runs; an empty text takes that back."""
        self._annotate(Summarised(summary=summary, by=by))

    def _annotate(self, annotation: Annotation) -> None:
        self._desk.workspace.annotate(self.id, annotation, self._desk.lab.time.now())


def _check_name(what: str, name: str) -> None:
    """Raise HistoryError for a name that names nothing."""
    if not name.strip():
        raise HistoryError(f"a {what} needs a name", hint=f'such as user_run.{what}("good")')
