"""Briefing: what a member of a team is told. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from threadlab.journal.decision import Seat


def briefed(request: str, seat: Seat, before: Mapping[str, str], wish: str = "") -> str:
    """The request, the member's part in it, and what the others said before it, by their names."""
    parts = [f"The request:\n{request}"]
    if seat.task or seat.role:
        parts.append(f"Your part{f' as {seat.role}' if seat.role else ''}: {seat.task or 'do it.'}")
    parts.extend(f"{name} said:\n{text}" for name, text in before.items() if text)
    if wish:
        parts.append(wish)
    return "\n\n".join(parts)


def by_name(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by who said them; whoever speaks again does so as "ada (2)"."""
    times: Counter[str] = Counter()
    texts: dict[str, str] = {}
    for name, text in said:
        times[name] += 1
        texts[name if times[name] == 1 else f"{name} ({times[name]})"] = text
    return texts


def all_said(texts: Mapping[str, str]) -> str:
    """Several answers as one text; a single one as it is."""
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "\n\n".join(f"{name}:\n{text}" for name, text in texts.items())
