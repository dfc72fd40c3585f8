"""`docs/curl.md` is true: each command is run against a real server, and must answer what stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess

DOCUMENT = Path(__file__).parents[2] / "docs" / "curl.md"
ADDRESS = "http://127.0.0.1:8000"
ID = re.compile(r"\b(?:asst|thread|msg|run|step|call)_[A-Za-z0-9]{24}\b")
TIME = re.compile(r"\b1[789]\d{8}\b")
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def told(document: str) -> list[tuple[str, str]]:
    """The commands with what they answer, but for the first block, which starts the server."""
    pairs: list[tuple[str, str]] = []
    for block in BLOCK.findall(document)[1:]:
        for part in block.split("$ ")[1:]:
            lines = part.splitlines()
            length = 1
            while lines[length - 1].endswith("\\"):
                length += 1
            pairs.append(("\n".join(lines[:length]), "\n".join(lines[length:])))
    return pairs


def normalised(answer: str) -> str:
    """An answer without what differs each time: every id and every time is numbered by its first place."""
    seen: dict[str, str] = {}
    answer = ID.sub(lambda id: seen.setdefault(id[0], f"{id[0].split('_')[0]}_{len(seen)}"), answer)
    return TIME.sub("TIME", answer).strip()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_transcript_happens_as_it_is_written(server: ServerProcess) -> None:
    """Ids and times apart."""
    real: dict[str, str] = {ADDRESS: server.address}
    steps = told(DOCUMENT.read_text(encoding="utf-8"))
    assert len(steps) >= 8
    for command, expected in steps:
        for written, now in real.items():
            command = command.replace(written, now)
        shell = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
        assert normalised(shell.stdout) == normalised(expected), command
        real.update(zip(ID.findall(expected), ID.findall(shell.stdout), strict=True))


def test_the_python_beside_it_works_as_it_is_written(server: ServerProcess) -> None:
    """It finds its own agent again, through the other door."""
    code = "\n".join(PYTHON.findall(DOCUMENT.read_text(encoding="utf-8"))).replace(ADDRESS, server.address)
    made: dict[str, Any] = {}
    exec(code, made)
    made["lab"].close()
    made["client"].close()
