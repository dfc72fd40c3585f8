"""The switch: whether this backend runs code at all. What it needs is loaded when it is on."""

from __future__ import annotations

from typing import Protocol

from threadlab.backend.clock import Clock
from threadlab.backend.code.kept_files import KeptFiles
from threadlab.backend.files.blobs import Blobs
from threadlab.backend.hosted import HostedTool, Json, Outcome, Setting, ToolFailed, ToolRefused
from threadlab.backend.ids import Ids
from threadlab.backend.store.sqlite import Store

OFF = (
    "this backend runs no code until that is switched on: connect(code_interpreter=True), or "
    "threadlab serve --code-interpreter"
)


class CodeTool(HostedTool, Protocol):
    """What stands in the code interpreter's place."""

    def close(self) -> None:
        """End whatever still runs."""
        ...


class SwitchedOff:
    """Refuses every run that could call it."""

    def check(self, definition: Json) -> None:
        """Raise ToolRefused, with words on how to switch it on."""
        raise ToolRefused(OFF, "type")

    def offer(self, setting: Setting) -> list[Json]:
        """Nothing."""
        return []

    def call(self, setting: Setting, arguments: str) -> Outcome:
        """Raise ToolFailed: the run began where it was on."""
        raise ToolFailed(OFF)

    def close(self) -> None:
        """There is nothing to end."""


def code_interpreter(
    on: bool, store: Store, clock: Clock, ids: Ids, blobs: Blobs, *, aside: bool
) -> CodeTool:
    """The code interpreter, or who refuses in its place; code runs `aside` where others would wait."""
    if not on:
        return SwitchedOff()
    from threadlab.backend.code.tool import CodeInterpreter  # noqa: PLC0415

    return CodeInterpreter(KeptFiles(store, clock, ids, blobs), clock if aside else None)
