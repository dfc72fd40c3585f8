"""Sessions for these tests: ended after each, with a look at what processes they have."""

from __future__ import annotations

from pathlib import Path

from threadlab.backend.code.outputs import Image, Logs
from threadlab.backend.code.session import Ran, Session


def printed(ran: Ran) -> str:
    """The text of what came."""
    return "".join(output.text for output in ran.outputs if isinstance(output, Logs))


def images(ran: Ran) -> list[Image]:
    """The images of what came."""
    return [output for output in ran.outputs if isinstance(output, Image)]


def launcher(session: Session) -> int:
    """The process that a session begins with."""
    return session._kernel._process.pid


def descendants(process: int) -> set[int]:
    """Every process below this one."""
    found: set[int] = set()
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | descendants(child)
    return found


def alive(processes: set[int]) -> set[int]:
    """Those of these processes that are still there."""
    return {process for process in processes if Path(f"/proc/{process}/cmdline").exists()}
