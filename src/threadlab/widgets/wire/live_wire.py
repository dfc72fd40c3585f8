"""Live wire: the wire panel that grows with every request, and fetches a body when it is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import traitlets

from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.growing import Growing, script
from threadlab.widgets.wire.wire_panel import SECRETS, wire_lines


class HearsWire(Protocol):
    """A wire log that tells of each new exchange."""

    listeners: list[Callable[[], object]]

    @property
    def entries(self) -> Sequence[WireEntry]:
        """What it kept, oldest first."""
        ...

    def since(self, number: int) -> Sequence[WireEntry]:
        """What came after the entry of that number."""
        ...


class HasLiveWire(Protocol):
    """A lab."""

    @property
    def wire(self) -> HearsWire:
        """Its requests."""
        ...


class LiveWire(Growing):
    """All requests of a lab, growing as they are made. `close()` ends that.

    The latest stream's request is told again when it turns out whose run it is, or that it broke off.
    """

    _esm = script("elements.js", "growing.js", "wire.js")
    secrets = traitlets.Unicode(SECRETS).tag(sync=True)

    def __init__(self, lab: HasLiveWire) -> None:
        self.wire = lab.wire
        entries = self.wire.entries
        self._last = entries[-1].number if entries else 0
        self._stream = 0
        self._place_of_stream = 0
        self._lock = threading.Lock()  # requests of several threads are told of at once
        self._began = entries[0].at if entries else None
        super().__init__([line_of(entry, self._began) for entry in entries])
        self.wire.listeners.append(self.refresh)

    def refresh(self) -> None:
        """Show what came since the last look. The wire calls this after every exchange."""
        with self._lock:
            for entry in self.wire.since(self._stream - 1 if self._stream else self._last):
                self._began = entry.at if self._began is None else self._began
                if entry.number == self._stream:
                    self.put(self._place_of_stream, line_of(entry, self._began))
                if entry.number > self._last:
                    self._last, place = entry.number, self.append(line_of(entry, self._began))
                    if isinstance(entry.response, Mapping) and "stream" in entry.response:
                        self._stream, self._place_of_stream = entry.number, place

    def answer(self, asked: Mapping[str, Any]) -> None:
        """A view asks for the bodies of a request."""
        for entry in self.wire.entries:
            if entry.number == asked.get("body"):
                (line,) = wire_lines([entry])
                bodies = {"request": line.request.request, "response": line.request.response}
                words = f"{line.words}, answered after {line.request.seconds}"
                self.send({"body": entry.number, "words": words, **bodies})

    def close(self) -> None:
        """Take the panel off the page, and listen no longer."""
        if self.refresh in self.wire.listeners:
            self.wire.listeners.remove(self.refresh)
        super().close()


def line_of(entry: WireEntry, began: float | None) -> dict[str, Any]:
    """A request as it is sent to the page: no body. `began` is when the first of all was made."""
    (line,) = wire_lines([replace(entry, request=None)], began)
    return {
        "n": entry.number,
        "at": line.at,
        "method": entry.method,
        "path": entry.path,
        "outcome": line.outcome,
        "attempt": entry.attempt,
        "kind": line.kind,
        "thread": line.thread_id,
        "run": line.run_id,
        "trouble": line.trouble,
    }
