"""The tail of a run: its log from somewhere on, as it grows, to the end of a leg.

Nothing is held between two entries, neither cursor nor lock nor transaction, so any number of readers may
follow, join late or walk away. The end is decided by the entries alone, never by what the run's status
is by now: a second reader sees what the first one saw.
"""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.backend.bell import Bell
from threadlab.backend.engine.driver import Driver
from threadlab.backend.engine.machine import TERMINAL
from threadlab.backend.records import Entry
from threadlab.backend.store.sqlite import Store
from threadlab.backend.wire.http import WaitUntil


def tail(
    store: Store, driver: Driver, bell: Bell, run_id: str, after: int = 0
) -> Iterator[Entry | WaitUntil]:
    """The entries after a sequence number, up to the first that ends a leg; waits in between.

    Ends without such an entry only when the run is gone: its thread was deleted.
    """
    while True:
        driver.perform_due()
        heard = bell.heard(run_id)
        entries = store.log(run_id=run_id, after=after)
        for entry in entries:
            after = entry.seq
            yield entry
            if ends_leg(entry):
                return
        if entries:
            if driver.rings:  # it rings as soon as there is more
                yield WaitUntil(entries[-1].at + driver.rings, run_id, heard)
            continue
        due = store.due_of(run_id)
        if due is None:
            if store.log(run_id=run_id, after=after):
                continue  # it ended between the two looks
            return
        yield WaitUntil(driver.look_again(due), run_id, heard)


def ends_leg(entry: Entry) -> bool:
    """Whether a run stops there: it is over, or it waits for outputs."""
    return entry.kind == "run.status" and entry.data["status"] in {*TERMINAL, "requires_action"}
