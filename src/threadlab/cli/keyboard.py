"""The keyboard: single keys as they are pressed, without Return, where there is a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ReadKeys = Callable[[], str]
"""The keys that were pressed since the last call, "" for none; it never waits. Raises EOFError at the end."""


@contextmanager
def keyboard() -> Iterator[ReadKeys | None]:
    """Inside, keys can be read; None where standard input is no terminal. Afterwards all is as before."""
    if sys.stdin.isatty():
        with _handing_out_each_key():
            yield _pressed
    else:
        yield None


if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def _handing_out_each_key() -> Iterator[None]:
        yield

    def _pressed() -> str:
        return msvcrt.getwch() if msvcrt.kbhit() else ""
else:
    import select
    import termios
    import tty

    @contextmanager
    def _handing_out_each_key() -> Iterator[None]:
        """The terminal does not wait for Return and does not show the keys; Ctrl-C still interrupts."""
        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        try:
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def _pressed() -> str:
        """Read from the descriptor itself: Python's own buffer would hide further keys from `select`."""
        ready, _, _ = select.select([sys.stdin], [], [], 0)
        if not ready:
            return ""
        pressed = os.read(sys.stdin.fileno(), 64).decode(errors="replace")
        if not pressed:
            raise EOFError
        return "" if pressed.startswith("\x1b") else pressed  # an arrow key is several characters
