"""Limits: what code may use before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one session; sizes are in bytes, times in seconds.

    `seconds` is the time of one call by the clock on the wall, `cpu_seconds` what one process may compute in
    its whole life. `memory` bounds the address space of each process and the memory of all together.
    `output` is the text and `images` the number of images of one call, `files` the number of new files of one
    call, `file_size` the size of one of them, `disk` what may lie in its folders. `idle_seconds` is how long
    a session lives that nobody uses, `sessions` how many live at once.
    """

    seconds: float = 30.0
    cpu_seconds: int = 300
    memory: int = 1024 * MEGABYTE
    processes: int = 16
    output: int = 100_000
    images: int = 8
    files: int = 16
    file_size: int = 32 * MEGABYTE
    disk: int = 128 * MEGABYTE
    start_seconds: float = 30.0
    idle_seconds: float = 600.0
    sessions: int = 4
