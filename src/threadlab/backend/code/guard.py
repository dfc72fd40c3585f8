"""The guard: a kernel that refuses the code that it runs to leave its folder. Where there are no walls.

`python guard.py FOLDER CONNECTION_FILE` starts the kernel with an audit hook, which sees what Python itself
does and refuses connections, other processes, foreign libraries, and changes outside FOLDER. That keeps
well-meant code from accidents. It is no wall: whoever wants to gets around it, for it lives in the process
that it guards.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ipykernel import kernelapp  # before the guard is there: it loads libraries

NETWORK = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
    "socket.gethostbyname", "socket.gethostbyaddr",
)  # fmt: skip
PROCESSES = (
    "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn",
    "os.kill", "os.killpg", "pty.spawn",
)  # fmt: skip
CHANGES = (
    "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink",
    "os.truncate", "os.utime", "os.setxattr", "os.removexattr", "shutil.rmtree", "shutil.move",
)  # fmt: skip
LIBRARIES = ("ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def refusal(event: str, arguments: Sequence[Any], folder: str) -> str | None:
    """Why an event is refused; None if it is not."""
    if event in NETWORK:
        return "there is no network here"
    if event in PROCESSES:
        return "no other process can be started or reached from here"
    if event in LIBRARIES:
        return "no foreign library can be loaded here"
    paths: list[Any] = []
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        paths = [arguments[0]]
    elif event in CHANGES:
        paths = [path for path in arguments if isinstance(path, str | bytes | os.PathLike)]
    outside = next((path for path in paths if not _is_in(path, folder)), None)
    return f"{os.fsdecode(outside)} is outside of the working folder" if outside is not None else None


def guard(folder: str) -> Callable[[str, tuple[Any, ...]], None]:
    """A hook for `sys.addaudithook`, which can never be removed."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        reason = refusal(event, arguments, folder)
        if reason:
            raise PermissionError(reason)

    return hook


def _is_in(path: Any, folder: str) -> bool:
    if isinstance(path, int):
        return True  # an open file: it was looked at when it was opened
    real = os.path.realpath(os.fsdecode(path))
    return real == folder or real.startswith(folder + os.sep) or real == os.devnull


if __name__ == "__main__":
    sys.addaudithook(guard(os.path.realpath(sys.argv[1])))
    kernelapp.launch_new_instance(argv=sys.argv[2:])
