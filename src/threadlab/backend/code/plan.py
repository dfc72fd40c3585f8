"""The plan of a launcher: what it is to start and within what, and what its exit status says."""

from __future__ import annotations

import os
import site
import sys
from typing import TypedDict

NO_WALLS, TOO_MUCH_MEMORY, TOO_MANY_PROCESSES, DISK_FULL = 90, 91, 92, 93
"""Exit statuses of what was not the kernel's own end; of that, 128 and the signal, as a shell has it."""
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
)
"""Paths of a machine that its programs need."""


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


def readable() -> list[str]:
    """What can be read behind walls: the system's programs, and this Python with its packages."""
    executable = os.path.realpath(sys.executable)
    packages = [*site.getsitepackages(), *(path for path in sys.path if path.endswith("-packages"))]
    paths = [*SYSTEM, sys.base_prefix, os.path.dirname(os.path.dirname(executable)), sys.prefix, *packages]
    every = [*paths, *(os.path.realpath(path) for path in paths)]
    kept: list[str] = []
    for path in dict.fromkeys(every):
        if path != "/" and os.path.lexists(path) and not any(path.startswith(f"{one}/") for one in kept):
            kept.append(path)
    return kept
