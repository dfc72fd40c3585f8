"""A kernel: one process of Jupyter's Python, behind walls if there can be any, spoken to over files' sockets.

What comes from it was written by anybody's code, be it signed or not: read it as such.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.session import Session as Signing

from threadlab.backend.code import plan
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.plan import DISK_FULL, NO_WALLS, TOO_MANY_PROCESSES, TOO_MUCH_MEMORY, Plan
from threadlab.backend.code.probe import ONLY_LINUX

Json = dict[str, Any]

WORKING_FOLDER = "/mnt/data"
"""Where the files are, behind walls: as on the service."""
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
GUARD = str(Path(__file__).with_name("guard.py"))
LARGEST_MESSAGE = 32 * 2**20
LEAVING = 5.0
SETTINGS = ("--HistoryManager.enabled=False", "--InteractiveShell.colors=NoColor", "--IPKernelApp.quiet=True")

ENDINGS: Mapping[int, str] = {
    TOO_MUCH_MEMORY: "it took more than its memory of {memory} MB",
    TOO_MANY_PROCESSES: "it had more than {processes} processes",
    DISK_FULL: "it wrote more than {disk} MB to its folder",
    152: "it computed for more than {cpu_seconds} s",
}
"""What an exit status of the launcher means."""


class NoKernel(Exception):
    """A kernel could not be started, for this reason."""


class Kernel:
    """A kernel in `place`, an empty folder of its own with a short path. Raises NoKernel.

    Its working folder is `place/data`. Without `walls` it is only guarded; with None, only if it must be, and
    `no_walls` is the reason.
    """

    def __init__(self, place: Path, limits: Limits, walls: bool | None = None) -> None:
        self.folder = place / "data"
        self._place = place
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the kernel
        self._limits = limits
        self._signing = Signing(key=secrets.token_hex(32).encode())
        self._context = zmq.Context()
        self.walls = sys.platform == "linux" if walls is None else walls
        self.no_walls = "" if self.walls else ONLY_LINUX
        try:
            self._start()
            if walls is None and self.walls and self._process.poll() == NO_WALLS:
                self.no_walls = self._complaint().removeprefix("no walls: ")
                self._disconnect()
                self.walls = False
                self._start()
            if not self._is_ready:
                raise NoKernel(f"the kernel did not start: {self._complaint()}")
        except BaseException:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def ask(self, code: str) -> str:
        """Have code run; returns the id that what comes of it has as its parent's."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        return self._send("execute_request", content)

    def hear(self, patience: float) -> Json | None:
        """The next message of what is going on in it; None if none comes within so many seconds."""
        return self._receive(self._iopub, patience)

    def ending(self) -> str:
        """Why it ended, in words."""
        status = self._process.poll()
        words = ENDINGS.get(status or 0, "its process ended with status {status}")
        limits, megabyte = self._limits, 2**20
        return words.format(
            memory=limits.memory // megabyte,
            disk=limits.disk // megabyte,
            processes=limits.processes,
            cpu_seconds=limits.cpu_seconds,
            status=status,
        )

    def interrupt(self) -> None:
        """Interrupt the code that it runs, as Ctrl-C would; code may not care."""
        with suppress(OSError, ValueError):  # it was killed meanwhile
            self._input.write(b"i")
            self._input.flush()

    def close(self) -> None:
        """Kill it and all that it started. The folder goes as well."""
        self.kill()
        self._disconnect()
        self._context.term()
        self._said.close()

    def kill(self) -> None:
        """Kill it, from any thread; whoever listens to it hears no more, and may close it."""
        if not hasattr(self, "_input"):
            return
        with suppress(OSError):
            self._input.close()  # its launcher does the rest
        try:
            self._process.wait(LEAVING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> None:
        for name in ("data", "home", "sockets", "root"):
            (self._place / name).mkdir(parents=True)
        where = "/run/kernel" if self.walls else str(self._place / "sockets")
        connection = {**PORTS, "transport": "ipc", "ip": f"{where}/k", "key": self._signing.key.decode()}
        connection["signature_scheme"] = "hmac-sha256"
        (self._place / "sockets/connection.json").write_text(json.dumps(connection), encoding="utf-8")
        planned = json.dumps(self._plan(f"{where}/connection.json"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "threadlab.backend.code.launcher", planned],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath},
            start_new_session=True,  # an interrupt of the notebook is not meant for it
        )
        assert self._process.stdin is not None, "it was asked for"
        self._input = self._process.stdin
        self._shell = self._connect(zmq.DEALER, "shell_port")
        self._iopub = self._connect(zmq.SUB, "iopub_port")
        self._iopub.subscribe(b"")
        self._is_ready = self._gets_ready()

    def _plan(self, connection_file: str) -> Plan:
        limits, place = self._limits, str(self._place)
        program = ["-m", "ipykernel_launcher"] if self.walls else [GUARD, place]
        return Plan(
            place=place,
            command=[sys.executable, "-I", *program, "-f", connection_file, *SETTINGS],
            environment=_environment("/home/user" if self.walls else f"{place}/home", self.walls),
            walls=self.walls,
            root=f"{place}/root",
            readable=plan.readable(),
            writable=[
                (f"{place}/data", WORKING_FOLDER),
                (f"{place}/home", "/home/user"),
                (f"{place}/sockets", "/run/kernel"),
            ],
            cpu_seconds=limits.cpu_seconds,
            memory=limits.memory,
            processes=limits.processes,
            file_size=limits.file_size,
            disk=limits.disk,
        )

    def _gets_ready(self) -> bool:
        """Wait until it answers, and is heard."""
        until, asked = time.monotonic() + self._limits.start_seconds, set()
        while time.monotonic() < until and self.is_alive:
            asked.add(self._send("kernel_info_request", {}))
            again = time.monotonic() + 0.2
            while time.monotonic() < again:
                message = self.hear(0.05)
                if message and message["parent_header"].get("msg_id") in asked:
                    return True
        return False

    def _complaint(self) -> str:
        self._said.seek(0)
        said = self._said.read().decode("utf-8", "replace")[-2000:].strip()
        status = self._process.poll()
        return said or ("it did not answer in time" if status is None else f"it ended with status {status}")

    def _connect(self, kind: int, port: str) -> zmq.Socket[bytes]:
        made = self._context.socket(kind)
        made.linger = 0
        made.maxmsgsize = LARGEST_MESSAGE
        made.connect(f"ipc://{self._place}/sockets/k-{PORTS[port]}")
        return made

    def _disconnect(self) -> None:
        for name in ("_shell", "_iopub"):
            if hasattr(self, name):
                getattr(self, name).close()

    def _send(self, kind: str, content: Json) -> str:
        sent = self._signing.send(self._shell, kind, content)
        return str(sent["header"]["msg_id"]) if sent else ""

    def _receive(self, made: zmq.Socket[bytes], patience: float) -> Json | None:
        if not made.poll(int(patience * 1000)):
            return None
        try:
            _, message = self._signing.recv(made)
        except Exception:  # unsigned, or no message at all: not the kernel's
            return None
        if message is None:
            return None
        is_whole = isinstance(message["content"], dict) and isinstance(message["parent_header"], dict)
        return message if is_whole else None


def _environment(home: str, walls: bool) -> dict[str, str]:
    """All that is in the environment: nothing of the backend's."""
    return {
        "HOME": home,
        "IPYTHONDIR": f"{home}/.ipython",
        "JUPYTER_RUNTIME_DIR": f"{home}/.runtime",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "TMPDIR": "/tmp" if walls else home,
        "USER": "user",
        "MALLOC_ARENA_MAX": "2",  # each arena takes much of the address space
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
