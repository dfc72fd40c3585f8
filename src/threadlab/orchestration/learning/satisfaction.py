"""Satisfaction: the strategic view, what people come with and how content they were with the ways taken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.reading.table import Cell, Table
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.learning.dimensions import subject_of
from threadlab.orchestration.learning.feedback import ratings_of
from threadlab.orchestration.learning.request_types import RequestTypes

CONTENT_FROM = 4
"""The stars from which somebody is content."""

FEW = 5
"""Ratings below which a mean says little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One orchestrated user run, from far away. `stars` are all that it was given."""

    request: str
    ways: tuple[str, ...]
    status: str
    stars: tuple[int, ...] = ()
    comment: str = ""


def satisfaction(workspace: Workspace, types: RequestTypes | None = None) -> Table:
    """One row for each type of request, the most frequent first. See `satisfaction_table`."""
    return satisfaction_table(_served(workspace), types or RequestTypes())


def satisfaction_table(served: Iterable[Served], types: RequestTypes) -> Table:
    """How often each type of request came, what was done, and how content people were. Pure.

    `content` is the share of ratings with four or five stars; `best way` has the highest mean, of those that
    were rated.
    """
    by_type: dict[str, list[Served]] = defaultdict(list)
    for one in served:
        by_type[types.of(one.request)].append(one)
    ordered = sorted(by_type.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = tuple(_row(name, some) for name, some in ordered)
    few = [str(row[0]) for row in rows if isinstance(row[3], int) and row[3] < FEW]
    return Table(
        title="requests by type and satisfaction",
        columns=(
            "type", "user runs", "completed", "ratings", "stars", "content", "most used way", "best way",
            "latest comment",
        ),
        rows=rows,
        note=f"fewer than {FEW} ratings, so the mean says little: {', '.join(few)}" if few else "",
    )  # fmt: skip


def _row(name: str, some: list[Served]) -> tuple[Cell, ...]:
    stars = [star for one in some for star in one.stars]
    used = Counter(way for one in some for way in one.ways)
    by_way: dict[str, list[int]] = defaultdict(list)
    for one in some:
        for way in one.ways:
            by_way[way] += one.stars
    rated = {way: fmean(given) for way, given in by_way.items() if given}
    return (
        name,
        len(some),
        sum(one.status == "completed" for one in some),
        len(stars),
        fmean(stars) if stars else None,
        sum(star >= CONTENT_FROM for star in stars) / len(stars) if stars else None,
        used.most_common(1)[0][0] if used else None,
        max(rated, key=lambda way: (rated[way], way)) if rated else None,
        next((one.comment for one in reversed(some) if one.comment), ""),
    )


def _served(workspace: Workspace) -> Iterable[Served]:
    for id in workspace.ids():
        decisions = OrchestrationContext.of(workspace, id).decisions
        if not decisions:
            continue
        record, ratings = workspace.record(id), tuple(ratings_of(workspace, id))
        own = [one for one in decisions if "." not in one.path]
        yield Served(
            request=record.received.input,
            ways=tuple(dict.fromkeys(subject_of(one, "pattern") for one in own)),
            status=record.status,
            stars=tuple(one.stars for one in ratings),
            comment=next((one.comment for one in reversed(ratings) if one.comment), ""),
        )
