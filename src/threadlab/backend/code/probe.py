"""The probe: whether code can have walls on this machine, found out by building some around nothing.

It needs no package, so that it can be asked where one is missing or broken.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from threadlab.backend.code.limits import Limits
from threadlab.backend.code.plan import Plan, readable

PATIENCE = 10.0
ONLY_LINUX = "walls are made of Linux namespaces"


def no_walls() -> str | None:
    """Why there can be no walls around code here; None if there can. It takes about a tenth of a second."""
    if sys.platform != "linux":
        return ONLY_LINUX
    place = Path(tempfile.mkdtemp(prefix="threadlab-probe-"))
    try:
        return _tried(place)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _tried(place: Path) -> str | None:
    for name in ("data", "root"):
        (place / name).mkdir()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [sys.executable, "-m", "threadlab.backend.code.launcher", json.dumps(_plan(str(place)))],
            stdin=subprocess.PIPE,  # it lives as long as this is open
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath},
        ) as launcher,
    ):
        status = launcher.wait(PATIENCE)
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip().removeprefix("no walls: ")
    return None if status == 0 else words or f"the attempt ended with status {status}"


def _plan(place: str) -> Plan:
    """To start Python within walls, and nothing in it."""
    limits = Limits()
    return Plan(
        place=place,
        command=[sys.executable, "-I", "-S", "-c", ""],
        environment={},
        walls=True,
        root=f"{place}/root",
        readable=readable(),
        writable=[(f"{place}/data", "/mnt/data")],
        cpu_seconds=limits.cpu_seconds,
        memory=limits.memory,
        processes=limits.processes,
        file_size=limits.file_size,
        disk=limits.disk,
    )
