"""Observing: all entries of a run from its start, leg after leg, and those of a thread's runs one by one.

It holds nothing between two entries. Only one run of a thread is at work at a time, so a thread's runs can be
read one after another.
"""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.backend.bell import Bell
from threadlab.backend.engine.driver import Driver
from threadlab.backend.engine.machine import TERMINAL
from threadlab.backend.engine.tail import ends_leg
from threadlab.backend.records import Entry, RunRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.wire.errors import ApiError
from threadlab.backend.wire.http import WaitUntil
from threadlab.backend.wire.paging import Page


def observe(
    store: Store, driver: Driver, bell: Bell, run_id: str, *, stay: bool = False
) -> Iterator[Entry | WaitUntil]:
    """The entries of a run until it is over, or waits for outputs; with `stay`, only until it is over.

    Waits in between. Ends earlier only when the run is gone: its thread was deleted.
    """
    after, rests = 0, False
    while True:
        driver.perform_due()
        heard = bell.heard(run_id)
        entries = store.log(run_id=run_id, after=after)
        for entry in entries:
            after, rests = entry.seq, ends_leg(entry)
            yield entry
            if rests and entry.data["status"] in TERMINAL:
                return
        if entries:
            continue
        due = store.due_of(run_id)
        if due is None or (rests and not stay):
            return
        yield WaitUntil(driver.look_again(due), run_id, heard)


def runs_after(store: Store, thread_id: str, run_id: str | None) -> Iterator[RunRecord]:
    """The runs of a thread, oldest first, behind that one; each is looked for when it is asked for."""
    while True:
        try:
            found, _ = store.page(RunRecord, Page(1, descending=False, after=run_id), thread_id)
        except ApiError:  # the run is gone, for its thread was deleted
            return
        if not found:
            return
        run_id = found[0].id
        yield found[0]
