"""Lesson 1 in real JupyterLab, in headless Chromium, as a learner sees it. Run it with `-m browser`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
LESSON = "01_first_run.ipynb"

pytestmark = pytest.mark.browser

COUNT_CHANGES = """() => {
  window.cardChanges = 0;
  window.statusesSeen = new Set();
  new MutationObserver(changes => {
    window.cardChanges += changes.length;
    for (const pill of document.querySelectorAll('.tl-pill')) window.statusesSeen.add(pill.innerText.trim());
  }).observe(window.jupyterapp.shell.currentWidget.content.node, {subtree: true, childList: true});
}"""
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code').map(cell => cell.model.outputs.toJSON())"""


def test_lesson_one_moves_on_screen_and_stores_the_reference_outputs(
    open_notebook: Callable[..., Any], run_cells: Callable[[Any], None], idle: str, tmp_path: Path
) -> None:
    """At pace 1 the card goes through the statuses; what is stored is what pace 0 stored."""
    for part in ("lessons/course.toml", "exercises/01_first_run.py"):  # the last cell looks for the course
        (tmp_path / part).parent.mkdir()
        shutil.copy(ROOT / part, tmp_path / part)
    page = open_notebook(f"lessons/{LESSON}", (ROOT / "lessons" / LESSON).read_text(encoding="utf-8"))
    page.evaluate(COUNT_CHANGES)
    run_cells(page)
    page.wait_for_timeout(1_500)
    page.wait_for_function(idle, timeout=120_000)
    page.wait_for_timeout(1_000)

    assert page.errors == []
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
        data.pop("application/vnd.jupyter.widget-view+json", None)
        comparable.append({kind: "".join(value) for kind, value in data.items()})
    return [data for data in comparable if any(data.values()) and data.get("text/plain") != "RunCard()"]
