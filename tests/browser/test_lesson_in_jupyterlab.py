"""Lesson 1 in real JupyterLab, in headless Chromium, as a learner sees it. Run it with `-m browser`.

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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
LESSON = "01_first_run.ipynb"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is installed here: the browser test was skipped"
    ),
]

COUNT_CHANGES = """() => {
  window.cardChanges = 0;
  window.statusesSeen = new Set();
  new MutationObserver(changes => {
    window.cardChanges += changes.length;
    for (const pill of document.querySelectorAll('.tl-pill')) window.statusesSeen.add(pill.innerText.trim());
  }).observe(window.jupyterapp.shell.currentWidget.content.node, {subtree: true, childList: true});
}"""
IDLE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const busy = panel.content.widgets.some(cell => cell.node.innerText.startsWith('[*]'));
  return panel.sessionContext.session.kernel.status === 'idle' && !busy;
}"""
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code').map(cell => cell.model.outputs.toJSON())"""


@pytest.fixture
def lab_page(tmp_path: Path) -> Iterator[tuple[Any, list[str]]]:
    """A page with the lesson open and its kernel idle, at pace 1; and the errors that the page raises."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    shutil.copy(ROOT / "lessons" / LESSON, tmp_path / LESSON)
    settings = tmp_path / "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"windowingMode": "none"}))  # off-screen cells are in the page too
    port, token = _free_port(), secrets.token_hex(8)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={tmp_path}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "THREADLAB_PACE": "1",
    }
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    errors: list[str] = []
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/api?token={token}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport={"width": 1100, "height": 900})
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(f"http://127.0.0.1:{port}/lab/tree/{LESSON}?token={token}&reset")
            page.wait_for_function("() => window.jupyterapp?.restored", timeout=90_000)
            page.wait_for_function(
                f"() => {{ try {{ return ({IDLE})() }} catch {{ return false }} }}", timeout=90_000
            )
            yield page, errors
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def test_lesson_one_moves_on_screen_and_stores_the_reference_outputs(
    lab_page: tuple[Any, list[str]],
) -> None:
    """At pace 1 the card goes through the statuses; what is stored is what pace 0 stored."""
    page, errors = lab_page
    page.evaluate(COUNT_CHANGES)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_timeout(1_500)
    page.wait_for_function(IDLE, timeout=120_000)
    page.wait_for_timeout(1_000)

    assert errors == []
    assert page.evaluate("() => window.cardChanges") > 50
    seen = " ".join(page.evaluate("() => [...window.statusesSeen]"))
    for status in ("queued", "in_progress", "completed"):
        assert status in seen
    stored = json.loads((ROOT / "lessons" / LESSON).read_text(encoding="utf-8"))
    reference = [_comparable(cell["outputs"]) for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert "Your name is Ada." in str(reference)
    assert [_comparable(outputs) for outputs in page.evaluate(OUTPUTS)] == reference


def _comparable(outputs: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What a learner reads: texts and HTML, without the live views and the numbers of cells."""
    comparable: list[dict[str, str]] = []
    for output in outputs:
        data = {"text": output["text"]} if "text" in output else dict(output.get("data", {}))
        if data.pop("application/vnd.jupyter.widget-view+json", None) is None:
            comparable.append({kind: "".join(value) for kind, value in data.items()})
    return [data for data in comparable if any(data.values()) and data.get("text/plain") != "RunCard()"]


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
