"""Walls: a process of its own world, by Linux namespaces. For the launcher alone, which has one thread.

`part` leaves the users and processes of the machine behind, for the children of this process; `close_off`
leaves its network, its host name and its file system, but for what is listed. Whoever builds the walls may do
anything within them; the process that is started in the end is another user there, and may not.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_SETATTR = 442  # the number of the system call, on every architecture
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV = 1, 2, 4
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38

INNER_USER = 1000
"""Who the code is, within. Not 0: a process of that number keeps its powers within the walls."""
DEVICES = ("null", "zero", "full", "random", "urandom")

_libc = ctypes.CDLL(None, use_errno=True)


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def part() -> None:
    """Become a user of a world of one's own; children are processes of it. Raises OSError."""
    user, group = os.getuid(), os.getgid()
    _unshare(CLONE_NEWUSER | CLONE_NEWPID)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_USER} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_USER} {group} 1")


def close_off(root: str, readable: Sequence[str], writable: Sequence[tuple[str, str]], scratch: int) -> None:
    """Leave the network and the file system.

    What is seen afterwards: the `readable` paths, where they are; the `writable` folders, each at another
    place; devices without a machine behind them; the processes in here; a /tmp of `scratch` bytes that has
    nothing else in it.
    """
    _unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # nobody in here builds walls again
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    _mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    for place in ("/tmp", "/dev/shm"):  # before what is shown: an environment may lie in /tmp
        os.makedirs(root + place, exist_ok=True)
        _mount("tmpfs", root + place, "tmpfs", MS_NOSUID | MS_NODEV, f"size={scratch},mode=1777")
    for path in readable:
        _show(path, root + path)
    for device in DEVICES:
        _show(f"/dev/{device}", f"{root}/dev/{device}", 0)
    for path, place in writable:
        _show(path, root + place, ATTR_NOSUID | ATTR_NODEV)
    os.makedirs(f"{root}/dev/pts")
    _mount(
        "devpts", f"{root}/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"
    )
    os.symlink("pts/ptmx", f"{root}/dev/ptmx")  # IPython gives each shell command a terminal
    os.makedirs(f"{root}/proc")
    _mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.chdir(root)
    _done(_libc.pivot_root(b".", b"."))
    _done(_libc.umount2(b".", MNT_DETACH))
    os.chdir("/")
    _set("/", ATTR_RDONLY, 0)


def die_with_parent() -> None:
    """Be killed when the parent ends, however it ends."""
    _done(_libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0))


def gain_nothing() -> None:
    """No program that this process becomes has more rights than it: no setuid counts."""
    _done(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def _show(path: str, place: str, attributes: int = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV) -> None:
    """Let a path be seen at a place. A link stays a link; what is not there is left out."""
    if os.path.lexists(place) and not os.path.isdir(place):
        return
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), place)
        return
    if os.path.isdir(path):
        os.makedirs(place, exist_ok=True)
    elif os.path.exists(path):
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY))
    else:
        return
    _mount(path, place, None, MS_BIND | MS_REC)
    if attributes:
        _set(place, attributes, AT_RECURSIVE)


def _set(place: str, attributes: int, flags: int) -> None:
    wanted = _Attributes(attributes, 0, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(wanted))
    _done(_libc.syscall(MOUNT_SETATTR, AT_FDCWD, place.encode(), flags, ctypes.byref(wanted), size))


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, data)]
    _done(_libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]))


def _unshare(flags: int) -> None:
    _done(_libc.unshare(flags))


def _done(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
