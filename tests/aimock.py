"""aimock: an LLM mock server that is not ours, from the npm registry, in a pinned version.

It is installed once, into `.threadlab/`. Where node or the package cannot be had, tests that need it are
skipped, and say so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

PACKAGE, VERSION = "@copilotkit/aimock", "1.43.0"
FOLDER = Path(__file__).parents[1] / ".threadlab" / f"aimock-{VERSION}"
OLDEST_NODE = 20


class Aimock:
    """A running server."""

    def __init__(self, url: str) -> None:
        self.url = url

    def asked(self) -> list[dict[str, Any]]:
        """The bodies that it was sent, in order."""
        with urlopen(f"{self.url}/__aimock/journal") as answer:
            return [entry["body"] for entry in json.load(answer)]


@contextmanager
def aimock(fixtures: list[dict[str, Any]]) -> Iterator[Aimock]:
    """A server that gives these answers, and refuses what fits none of them."""
    script = _installed()
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "fixtures.json")
        told.write_text(json.dumps({"fixtures": fixtures}))
        command = ["node", str(script), "--port", "0", "--fixtures", str(told), "--strict"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            try:
                assert server.stdout is not None
                lines = (line for line in server.stdout if "listening on" in line)
                yield Aimock(next(lines).split()[-1])
            finally:
                server.terminate()


def _installed() -> Path:
    script = FOLDER / "node_modules" / PACKAGE / "dist" / "cli.js"
    if not script.is_file():
        _install()
    return script


def _install() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed, so there is no aimock to ask")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip("v\n").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"aimock needs node {OLDEST_NODE} or later; this is {version.strip()}")
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", "--prefix", folder]
        command = [shutil.which("npm") or "npm", "install", *options, f"{PACKAGE}@{VERSION}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm could not install {PACKAGE} {VERSION}: {done.stderr.strip()[-200:]}")
        shutil.copytree(Path(folder), FOLDER, dirs_exist_ok=True)
