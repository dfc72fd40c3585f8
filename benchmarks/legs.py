"""Legs, as the wire log tells them: how long each was waited for, and with how many requests. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threadlab.objects.wire_entry import WireEntry

ENDED = ("requires_action", "completed")


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a run between tool rounds.

    `waited` is the seconds from the answer that started it to the answer that told its end; `polls` the
    readings of the run until then; `requests` everything asked until the next leg started or the waiter
    was done, without the request that started it.
    """

    waited: float
    polls: int
    requests: int


def legs(entries: Sequence[WireEntry]) -> Iterator[Leg]:
    """The legs in the requests of one run, in order."""
    starts = [number for number, entry in enumerate(entries) if entry.method == "POST"]
    for start, following in zip(starts, [*starts[1:], len(entries)], strict=True):
        began = entries[start].at + entries[start].seconds
        asked = entries[start + 1 : following]
        polls = [entry for entry in asked if "status" in entry.response]
        told = next(number for number, entry in enumerate(polls) if entry.response["status"] in ENDED)
        yield Leg(polls[told].at + polls[told].seconds - began, told + 1, len(asked))
