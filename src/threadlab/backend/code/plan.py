"""The plan of a launcher: what it is to start and within what, and what its exit status says."""

from __future__ import annotations

from typing import TypedDict

NO_WALLS, TOO_MUCH_MEMORY, TOO_MANY_PROCESSES, DISK_FULL = 90, 91, 92, 93
"""Exit statuses of what was not the kernel's own end; of that, 128 and the signal, as a shell has it."""


class Plan(TypedDict):
    """What to start, and how: `writable` are (path, place) pairs, the first one is the working folder.

    `place` is removed when the kernel has ended, whatever ended it.
    """

    place: str
    command: list[str]
    environment: dict[str, str]
    walls: bool
    root: str
    readable: list[str]
    writable: list[tuple[str, str]]
    cpu_seconds: int
    memory: int
    processes: int
    file_size: int
    disk: int
