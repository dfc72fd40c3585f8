"""Child process: what all processes have in common that this kit starts to run somebody's function.

The parent's half: which environment a child gets, and how it is stopped. The child's half: where it replies,
and how much memory it may take.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import IO

MEGABYTE = 1024 * 1024

NEEDED = frozenset({"PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "TZ"})
"""The variables of this process that every child gets, where they are set; no keys are among them."""


def python_module(name: str) -> tuple[str, ...]:
    """The command that runs a module by this Python, and nothing of the working folder by chance."""
    return (sys.executable, "-P", "-m", name)


def child_environment(given: Mapping[str, str], *, imports: bool = True) -> dict[str, str]:
    """All that a child sees: the few variables that a program needs, and those `given`, which win.

    With `imports` a Python child imports from the same places as this process.
    """
    needed = {name: value for name, value in os.environ.items() if name.upper() in NEEDED}
    where = {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)} if imports else {}
    return {**needed, **where, **given}


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it, if it still runs, and where the system has process groups whatever it started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def reply_channel() -> IO[bytes]:
    """In the child: standard output, kept for the reply; prints go to standard error from now on."""
    reply_to = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(reply_to, "wb")


def limit_memory(limit: int | None) -> None:
    """In the child: let no allocation go beyond `limit` bytes of address space, where the system can."""
    if limit is None or sys.platform == "win32":
        return
    resource = import_module("resource")  # Windows has none
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
