"""Quota view: what lies at the service, how old and whose; bars against limits; what a clean-up did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.objects.quota import CleanedUp, LeftAlone, Quota, ServiceLimit, StoredObject
from threadlab.widgets.drawing.lane import NARROWEST, Bar, drawn
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line

COLUMNS = 28
FULL, NEARLY = 1.0, 0.8
MOST = 100
UNITS = (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """An object in words. `mood` is how it is to be taken: good, ask, live or quiet."""

    kind: str
    id: str
    name: str
    age: str
    whose: str
    mood: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """A limit in words, with a bar where it is known how far it is used."""

    kind: str
    words: str
    bar: Bar | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaView:
    """All of it, worded. `left_out` counts objects that are not listed."""

    place: str
    summary: str
    objects: tuple[StoredLine, ...]
    left_out: int
    limits: tuple[LimitLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUpView:
    """What a clean-up did, or would do, as groups of a title, a mood, and lines of an object and a reason."""

    place: str
    summary: str
    groups: tuple[tuple[str, str, tuple[tuple[StoredLine, str], ...]], ...]
    of_others: str


def quota_view(quota: Quota) -> QuotaView:
    """The picture of a quota: what was made here first."""
    objects = (*quota.made_here, *quota.of_others)
    return QuotaView(
        place=quota.place,
        summary=f"{_kinds(objects) or 'nothing'}, {len(quota.made_here)} made here",
        objects=tuple(_object(one) for one in objects[:MOST]),
        left_out=max(len(objects) - MOST, 0),
        limits=tuple(_limit(one) for one in quota.limits),
    )


def clean_up_view(done: CleanedUp) -> CleanUpView:
    """The picture of a clean-up."""
    verb = "would be deleted" if done.dry_run else "deleted"
    groups = (
        (verb, "ask" if done.dry_run else "good", tuple((_object(one), "") for one in done.deleted)),
        ("gone already", "quiet", tuple((_object(one), "") for one in done.gone)),
        ("kept", "live", tuple(_left(one) for one in done.kept)),
        ("could not be deleted", "bad", tuple(_left(one) for one in done.failed)),
    )
    return CleanUpView(
        place=done.place,
        summary=f"{_kinds(done.deleted) or 'nothing'} {verb}",
        groups=tuple(group for group in groups if group[2]),
        of_others=f"{counted(done.of_others, 'object')} of others not touched" if done.of_others else "",
    )


def quota_html(quota: Quota) -> str:
    """The quota as HTML that needs nothing else."""
    return styled(html("quota.html", view=quota_view(quota), shell="tl tl-card"))


def quota_text(quota: Quota) -> str:
    """The quota as lines of text."""
    view = quota_view(quota)
    lines = [f"{view.place}: {view.summary}"]
    for limit in view.limits:
        drawing = f"|{drawn([limit.bar], columns=COLUMNS):<{COLUMNS}}| " if limit.bar else ""
        lines.append(f"  {limit.kind:<23} {drawing}{limit.words}")
    lines += [
        f"  {' · '.join(part for part in (f'{one.kind} {one.id}', one.name, one.age, one.whose) if part)}"
        for one in view.objects
    ]
    lines += [f"  … {view.left_out} more"] if view.left_out else []
    return foreign_text("\n".join(lines)).plain


def clean_up_html(done: CleanedUp) -> str:
    """The clean-up as HTML that needs nothing else."""
    return styled(html("clean_up.html", view=clean_up_view(done), shell="tl tl-card"))


def clean_up_text(done: CleanedUp) -> str:
    """The clean-up as lines of text."""
    view = clean_up_view(done)
    lines = [f"{view.place}: {view.summary}"]
    for title, _, objects in view.groups:
        lines += [
            f"  {title}: {one.kind} {one.id}{f' ({one.name})' if one.name else ''}{f': {why}' if why else ''}"
            for one, why in objects
        ]
    lines += [f"  {view.of_others}"] if view.of_others else []
    return foreign_text("\n".join(lines)).plain


def age(seconds: float) -> str:
    """How old something is, in its largest unit: "3 days", "1 hour", "under a second"."""
    for unit, length in UNITS:
        if seconds >= length:
            return counted(int(seconds // length), unit)
    return "under a second"


def _kinds(objects: Sequence[StoredObject]) -> str:
    kinds = dict.fromkeys(one.kind for one in objects)
    return ", ".join(counted(sum(one.kind == kind for one in objects), kind) for kind in kinds)


def _object(one: StoredObject) -> StoredLine:
    if one.in_use:
        whose, mood = "made here, in use", "live"
    elif one.made_here:
        whose, mood = "made here", "good"
    else:
        whose, mood = "of others", "quiet"
    name = first_line(one.name or "", 40)
    return StoredLine(kind=one.kind, id=one.id, name=name, age=age(one.age), whose=whose, mood=mood)


def _limit(one: ServiceLimit) -> LimitLine:
    limit = "no documented limit" if one.limit is None else f"at most {one.limit:,}"
    count = "not counted" if one.count is None else f"{one.count:,}"
    bar = None
    if one.used is not None:
        mood = "bad" if one.used >= FULL else "ask" if one.used >= NEARLY else "good"
        width = min(max(round(100 * one.used, 2), NARROWEST), 100.0)
        bar = Bar(0, width, mood, f"{one.used:.1%} used", "█")
    return LimitLine(kind=one.kind, words=f"{count} · {limit}", bar=bar, source=one.source)


def _left(left: LeftAlone) -> tuple[StoredLine, str]:
    return _object(left.object), first_line(left.reason)
