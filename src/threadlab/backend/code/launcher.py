"""The launcher: a small process that starts a kernel within its limits, and ends it with all that it started.

`python -m threadlab.backend.code.launcher PLAN`, where PLAN is a `Plan` as JSON. It lives as long as the
kernel. When its standard input ends, it kills the kernel: so nothing outlives a backend, however that ends.
Anything that comes there is an interrupt for the code.

With walls there are two processes more: the first of the new world, which watches what all in there take
together, and with whose end all of them end; and the kernel.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from threadlab.backend.code import walls
from threadlab.backend.code.plan import DISK_FULL, NO_WALLS, TOO_MANY_PROCESSES, TOO_MUCH_MEMORY, Plan

WATCH_EVERY = 0.1
A_PAGE = os.sysconf("SC_PAGE_SIZE")
MOST_TASKS = 512
"""Threads and processes that the system itself grants a walled kernel; its watch counts only processes."""


def main() -> int:
    """Start the kernel, wait for its end or for that of our standard input, and remove its folder."""
    plan: Plan = json.loads(sys.argv[1])
    try:
        return _attend(plan)
    finally:
        shutil.rmtree(plan["place"], onerror=_unlock)


def _attend(plan: Plan) -> int:
    rung, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ring)
    if plan["walls"]:
        try:
            walls.part()
        except OSError as error:
            sys.stderr.write(f"no walls: {error}\n")
            return NO_WALLS
    child = os.fork()
    if child == 0:
        _begin(plan)
    while True:
        readable, _, _ = select.select([0, rung], [], [])
        if 0 in readable:
            _interrupt(child, plan) if os.read(0, 1) else _kill(child, plan)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            _kill(child, plan)
            return exit_status(status)
        if rung in readable:
            os.read(rung, 4096)


def exit_status(status: int) -> int:
    """What a shell would say of a process that ended so."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def _unlock(function: Callable[[str], object], path: str, error: object) -> None:
    """Code may have closed its folders to us: open them, and remove again."""
    with suppress(OSError):
        os.chmod(os.path.dirname(path), 0o700)
        os.chmod(path, 0o700)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def _kill(child: int, plan: Plan) -> None:
    """Kill the child: with walls it takes its world along, without it is the leader of a group."""
    with suppress(ProcessLookupError, PermissionError):
        if plan["walls"]:
            os.kill(child, signal.SIGKILL)
        else:
            os.killpg(child, signal.SIGKILL)


def _interrupt(child: int, plan: Plan) -> None:
    """Interrupt the kernel and what it runs: with walls its watcher passes it on."""
    with suppress(ProcessLookupError, PermissionError):
        (os.kill if plan["walls"] else os.killpg)(child, signal.SIGINT)


def _begin(plan: Plan) -> NoReturn:
    """In the child: become the kernel, or the one who watches it."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if sys.platform == "linux":
            walls.die_with_parent()
        if not plan["walls"]:
            _become_kernel(plan, plan["writable"][0][0])
        walls.close_off(plan["root"], plan["readable"], plan["writable"], plan["disk"] // 2)
        kernel = os.fork()
        if kernel == 0:
            _become_kernel(plan, plan["writable"][0][1])
        os._exit(_watch(kernel, plan))
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
        os._exit(NO_WALLS if plan["walls"] and isinstance(error, OSError) else 1)


def _become_kernel(plan: Plan, folder: str) -> NoReturn:
    """Set the limits, which nobody can raise again, and go over to the kernel's program."""
    os.setsid()
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for limit, most in _limits(plan):
        with suppress(ValueError):  # somebody has set a lower one
            resource.setrlimit(limit, (most, most + 1))  # what is soft is told by another signal
    if sys.platform == "linux":
        walls.gain_nothing()
    os.execve(plan["command"][0], plan["command"], plan["environment"])


def _limits(plan: Plan) -> list[tuple[int, int]]:
    limits = [
        (resource.RLIMIT_AS, plan["memory"]),
        (resource.RLIMIT_CPU, plan["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, plan["file_size"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ]
    return [*limits, (resource.RLIMIT_NPROC, MOST_TASKS)] if plan["walls"] else limits


def _watch(kernel: int, plan: Plan) -> int:
    """Be the first process: bury the dead, and look that nobody takes too much. Its exit kills all others.

    An interrupt is passed on to the kernel's group.
    """
    signal.signal(signal.SIGINT, lambda *_: _pass_on(kernel))
    while True:
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == kernel:
                return exit_status(ended[1])
        memory, processes = _used()
        if processes > plan["processes"]:
            return TOO_MANY_PROCESSES
        if memory > plan["memory"]:
            return TOO_MUCH_MEMORY
        if sum(_lies_in(place) for _, place in plan["writable"]) > plan["disk"]:
            return DISK_FULL
        time.sleep(WATCH_EVERY)


def _pass_on(kernel: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(kernel, signal.SIGINT)


def _used() -> tuple[int, int]:
    """Bytes in memory and number of all processes here but this one."""
    memory, processes = 0, 0
    for name in os.listdir("/proc"):
        if name.isdigit() and name != "1":
            with suppress(OSError), open(f"/proc/{name}/statm", encoding="ascii") as file:
                _, resident, shared = file.read().split()[:3]
                memory += (int(resident) - int(shared)) * A_PAGE
                processes += 1
    return memory, processes


def _lies_in(folder: str) -> int:
    """Bytes on the disk of all that is in a folder; an empty file counts as a page."""
    size = 0
    for place, folders, names in os.walk(folder):
        size += len(folders) * A_PAGE
        for name in names:
            with suppress(OSError):
                size += max(os.lstat(os.path.join(place, name)).st_blocks * 512, A_PAGE)
    return size


if __name__ == "__main__":
    sys.exit(main())
