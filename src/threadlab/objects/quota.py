"""Quota: what lies at a service, how old and whose, what the service allows, and what a clean-up did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An object that lies at the service until somebody deletes it. `kind` is "agent", "thread",
    "vector store" or "file".

    `created_at` is in Unix seconds, `age` in seconds of the service's clock. `made_here` tells whether this
    kit made it, for this project folder. `in_use` tells whether a run is at work on it now; None where
    nobody looked, which is so for everything that was not made here.
    """

    kind: str
    id: str
    name: str | None = None
    created_at: int = 0
    age: float = 0.0
    made_here: bool = False
    in_use: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimit:
    """How many of a kind there are, and how many the service allows.

    `kind` says in words what is counted ("agents", "tools of one agent"; of such a "one" the count is the
    highest). `count` is None where counting would take a request for every object. `limit` is None where
    no limit is documented. `source` is where the limit is written down.
    """

    kind: str
    count: int | None = None
    limit: int | None = None
    source: str = ""

    @property
    def used(self) -> float | None:
        """The part of the limit that is used up, 0 to 1; None where one of the figures is unknown."""
        return None if self.count is None or not self.limit else self.count / self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What lies at the service `place` at the instant `at` (Unix seconds), oldest first within each kind."""

    place: str
    at: float
    objects: tuple[StoredObject, ...] = ()
    limits: tuple[ServiceLimit, ...] = ()

    @property
    def made_here(self) -> tuple[StoredObject, ...]:
        """What this kit made, for this project folder: what a clean-up may delete."""
        return tuple(one for one in self.objects if one.made_here)

    @property
    def of_others(self) -> tuple[StoredObject, ...]:
        """What somebody else made, or something else: a clean-up never touches it."""
        return tuple(one for one in self.objects if not one.made_here)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """An object that was made here and is still there after a clean-up, with the reason in words."""

    object: StoredObject
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedUp:
    """What a clean-up did at the service `place`; with `dry_run`, what it would do: nothing was deleted.

    `deleted` in the order in which it was done. `gone` had been deleted by somebody else before its turn
    came. `kept` was too young or in use; `failed` resisted, with what the service said. `of_others` counts
    what was not made here and not touched.
    """

    place: str
    dry_run: bool = False
    deleted: tuple[StoredObject, ...] = ()
    gone: tuple[StoredObject, ...] = ()
    kept: tuple[LeftAlone, ...] = ()
    failed: tuple[LeftAlone, ...] = ()
    of_others: int = 0
