"""A session: a kernel with its folder. What code makes in one call is there in the next one."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from threadlab.backend.code.folder import Folder, Made
from threadlab.backend.code.kernel import Kernel, NoKernel
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.outputs import Image, Logs, Outputs

PREFIX = "threadlab-code-"
LONGEST_PLACE = 70
"""Characters of a folder's path: the address of a socket in it may have about 100."""
A_LOOK = 0.1
GIVING_WAY = 2.0
"""Seconds that code has to give way when it is interrupted."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a call: outputs and new files, and why the session ended with it, if it did."""

    outputs: list[Logs | Image]
    files: list[Made]
    ended: str | None = None


class Session:
    """A kernel in a folder of its own, both gone after `close`. Raises NoKernel."""

    def __init__(self, limits: Limits, walls: bool | None = None) -> None:
        self.limits = limits
        self.given: set[str] = set()
        self._closed = False
        self._interrupted = threading.Event()
        short = len(tempfile.gettempdir()) < LONGEST_PLACE
        self._place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=None if short else "/tmp"))
        try:
            self._kernel = Kernel(self._place, limits, walls)
            self._folder = Folder(self._kernel.folder)
        except OSError as error:
            self._leave_nothing()
            raise NoKernel(str(error)) from error
        except BaseException:
            self._leave_nothing()
            raise

    @property
    def walls(self) -> bool:
        """Whether there are walls around it; else it is only guarded."""
        return self._kernel.walls

    @property
    def no_walls(self) -> str:
        """Why there are none; empty if there are."""
        return self._kernel.no_walls

    @property
    def is_alive(self) -> bool:
        """Whether code can be run in it."""
        return not self._closed and self._kernel.is_alive

    def give(self, files: Mapping[str, bytes]) -> None:
        """Put files into its folder, by name. Raises OSError."""
        for name, content in files.items():
            self._folder.put(name, content)

    def run(self, code: str) -> Ran:
        """Run code, to its end or to that of the session. Interrupted code that does not give way ends it."""
        outputs, ended, gives_way = Outputs(self.limits), None, False
        until, asked = time.monotonic() + self.limits.seconds, self._kernel.ask(code)
        while True:
            message = self._kernel.hear(A_LOOK)
            if message is not None and message["parent_header"].get("msg_id") == asked:
                if message["msg_type"] == "status" and message["content"].get("execution_state") == "idle":
                    break
                outputs.take(message)
            if message is None and not self._kernel.is_alive:
                ended = self._kernel.ending()
                break
            if self._interrupted.is_set() and not gives_way:
                gives_way, until = True, time.monotonic() + GIVING_WAY
                self._kernel.interrupt()
            if time.monotonic() > until:
                ended = "its run is over" if gives_way else f"it took longer than {self.limits.seconds:g} s"
                break
        if ended:
            outputs.say(f"[the code was stopped: {ended}; what it knew and its files are gone]")
            self.close()
            return Ran(outputs.all(), [], ended)
        files, left = self._folder.new(self.limits)
        for line in left:
            outputs.say(f"[not kept: {line}]")
        return Ran(outputs.all(), files)

    def close(self) -> None:
        """End the kernel, with all that it started, and remove the folder."""
        if not self._closed:
            self._closed = True
            self._kernel.close()
            self._folder.close()
            self._leave_nothing()

    def interrupt(self) -> None:
        """Interrupt the code that runs in it, from any thread, or the code that is to be run next."""
        self._interrupted.set()

    def go_on(self) -> None:
        """Whoever was interrupted is gone: the next code is somebody else's."""
        self._interrupted.clear()

    def stop(self) -> None:
        """End the kernel, from any thread; whoever is running code in it finds that out and closes it."""
        self._kernel.kill()

    def _leave_nothing(self) -> None:
        shutil.rmtree(self._place, ignore_errors=True)
