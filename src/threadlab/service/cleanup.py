"""Clean-up: what was made here is deleted, and nothing else.

Threads go first, for a run on one of them may still name its agent; then agents, then what these searched.
It can be done again at any time, also after it was interrupted: what is gone already is fine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from threadlab.errors import NotFound, ServiceError, Unavailable
from threadlab.objects.quota import CleanedUp, LeftAlone, Quota, StoredObject
from threadlab.service.port import AgentService

ORDER = ("thread", "agent", "vector store", "file")
RETRIES = 4
FIRST_WAIT = 1.0


def clean_up(
    service: AgentService, found: Quota, *, older_than: timedelta | float = 0.0, dry_run: bool = False
) -> CleanedUp:
    """Delete of `found` what was made here, is at least so old, and is not in use.

    `older_than` is a timedelta, or seconds by the service's clock. A request that the service could not
    take (429, 5xx, no connection) is made again after the time that it asked for, four times at most; what
    still resists is in `failed`, and the rest is deleted all the same. Raises no ServiceError.
    """
    youngest = older_than.total_seconds() if isinstance(older_than, timedelta) else older_than
    kept = tuple(_kept(found, youngest))
    staying = {left.object.id for left in kept}
    deleted: list[StoredObject] = []
    gone: list[StoredObject] = []
    failed: list[LeftAlone] = []
    for one in sorted(found.made_here, key=lambda one: ORDER.index(one.kind)):
        if one.id in staying:
            continue
        try:
            if not dry_run:
                _delete(service, one)
            deleted.append(one)
        except NotFound:
            gone.append(one)
        except ServiceError as problem:
            failed.append(LeftAlone(one, problem.message))
    return CleanedUp(
        place=found.place,
        dry_run=dry_run,
        deleted=tuple(deleted),
        gone=tuple(gone),
        kept=kept,
        failed=tuple(failed),
        of_others=len(found.of_others),
    )


def _kept(found: Quota, youngest: float) -> Iterator[LeftAlone]:
    for one in found.made_here:
        if one.in_use:
            yield LeftAlone(one, "a run is at work with it")
        elif one.age < youngest:
            yield LeftAlone(one, f"it is {one.age:.0f} s old, younger than {youngest:g} s")


def _delete(service: AgentService, one: StoredObject) -> None:
    """Delete one, however often it must be asked for. Raises the ServiceError of the last attempt."""
    verbs: Mapping[str, Callable[[str], None]] = {
        "thread": service.threads.delete,
        "agent": service.delete_agent,
        "vector store": service.vector_stores.delete,
        "file": service.files.delete,
    }
    for attempt in range(RETRIES):
        try:
            verbs[one.kind](one.id)
        except Unavailable as problem:
            service.time.sleep(problem.retry_after or FIRST_WAIT * 2.0**attempt)
        else:
            return
    verbs[one.kind](one.id)
