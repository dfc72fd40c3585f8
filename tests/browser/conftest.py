"""Real JupyterLab in headless Chromium, for the tests that look at it as a learner does.

Skipped, by name, where there is no Chromium.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
IDLE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const busy = panel.content.widgets.some(cell => cell.node.innerText.startsWith('[*]'));
  return panel.sessionContext.session.kernel.status === 'idle' && !busy;
}"""

NO_SPLASH = "() => document.getElementById('jupyterlab-splash') === null"
"""Lab shows a splash at its start and at a new theme; where both overlap, it takes it off twice: an error."""


@pytest.fixture
def open_notebook(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a notebook and waits until its kernel is idle: the page, whose `errors` are those it raised."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here: the browser test was skipped")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with _jupyterlab(tmp_path) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def opened(name: str, content: str, *, theme: str = "JupyterLab Light", height: int = 900) -> Any:
            (tmp_path / name).write_text(content, encoding="utf-8")
            page: Any = browser.new_page(viewport={"width": 1100, "height": height})
            page.errors = []
            page.on("pageerror", lambda error: page.errors.append(f"{error}\n{error.stack}"))
            page.goto(address(f"lab/tree/{name}") + "&reset")
            page.wait_for_function("() => window.jupyterapp?.restored", timeout=90_000)
            page.wait_for_function(NO_SPLASH, timeout=90_000)
            page.evaluate(
                f"() => window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}})"
            )
            page.wait_for_function(NO_SPLASH, timeout=90_000)
            page.wait_for_function(
                f"() => {{ try {{ return ({IDLE})() }} catch {{ return false }} }}", timeout=90_000
            )
            return page

        yield opened
        browser.close()


@pytest.fixture
def idle() -> str:
    """A question to a page: are all cells done?"""
    return IDLE


@pytest.fixture
def run_cells() -> Callable[[Any], None]:
    """Runs all cells of a page, and does not wait for them."""
    return lambda page: page.evaluate(
        "() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }"
    )


@contextmanager
def _jupyterlab(folder: Path) -> Iterator[Callable[[str], str]]:
    """A JupyterLab on that folder, and what makes an address of it from a path."""
    settings = folder / "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"windowingMode": "none"}))  # off-screen cells are in the page too
    port, token = _free_port(), secrets.token_hex(8)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "THREADLAB_PACE": "1",
    }
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/api?token={token}")
        yield lambda path: f"http://127.0.0.1:{port}/{path}?token={token}"
    finally:
        server.terminate()
        server.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_up(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("JupyterLab did not start")
