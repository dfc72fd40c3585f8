"""The live card in real JupyterLab: every control is pressed while an awaited cell runs, and takes hold.

Run it with `-m browser`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = pytest.mark.browser

SETUP = '''
import json
from pathlib import Path
from threadlab import Toolbox, connect, tool, watch

@tool
def opening_hours(place: str, day: str = "today") -> str:
    """The opening hours of a place in town.

    Args:
        place: what kind of place, such as museum or library.
        day: a day of the week, or today.
    """
    return f"The {place} opens at 10 {day}."

lab = connect(seed=3, pace=1)
tools = Toolbox(opening_hours, approve=True)
agent = lab.create_agent(name="guide", tools=tools.definitions)

def ask(text):
    thread = lab.threads.create()
    lab.messages.create(thread.id, content=text)
    return lab.runs.create(thread.id, agent.id)

def truth(run):
    return [one.status for one in lab.workbench.truth(run).transitions]
'''
CELLS = (
    SETUP,
    'tooled = await watch(ask("What are the opening hours of the museum?"), tools=tools)',
    "tooled.scrub()",
    'stopped = await watch(ask("What is a thread?"), tools=tools)',
    "Path('seen.json').write_text(json.dumps({'stopped': truth(stopped), 'answer': "
    "tooled.view.messages[0].text, 'pace': lab.workbench.pace}))",
)
FOCUSED = "() => document.activeElement.innerText.trim()"


def shot(page: Any, name: str) -> None:
    """A picture, where somebody wants pictures: THREADLAB_SHOTS names a folder."""
    if folder := os.environ.get("THREADLAB_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_every_control_works_while_an_awaited_cell_runs(
    open_notebook: Callable[..., Any], run_cells: Callable[[Any], None], idle: str, tmp_path: Path, theme: str
) -> None:
    """Pause holds, Step goes one further, Speed changes, Edit and Approve answer, Cancel ends."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    page = open_notebook("live.ipynb", nbformat.writes(notebook), theme=theme, height=1250)
    kind = theme.split()[1].lower()
    run_cells(page)

    def button(name: str) -> Any:
        return page.get_by_role("button", name=name, exact=True).last

    button("Pause").click(timeout=60_000)
    page.get_by_text("Time stands still for the run").wait_for()
    assert page.evaluate(FOCUSED) == "Go on"  # the button that was pressed, under its new name
    meter = page.locator("p.tl-meter").first
    held = meter.inner_text()
    page.wait_for_timeout(1_500)
    assert meter.inner_text() == held
    shot(page, f"{kind}-1-paused")
    past = page.get_by_role("slider", name="Look back")
    past.press("Home")
    page.get_by_text("event 1 of").wait_for()
    button("Latest").click()
    before = held
    while page.locator(".tl-pill").first.inner_text().strip().endswith("queued"):
        button("Step").click()
        page.wait_for_function(
            "words => document.querySelector('p.tl-meter').innerText !== words", arg=before
        )
        before = meter.inner_text()
    assert "in_progress" in page.locator(".tl-pill").first.inner_text()
    assert page.get_by_role("status").first.inner_text() == "run in_progress; paused"
    speed = page.get_by_role("slider", name="Speed")
    speed.press("ArrowRight")
    page.get_by_text("2×", exact=True).wait_for()
    button("Go on").click()

    button("Edit arguments").click(timeout=60_000)
    left = page.get_by_text("The run expires in").inner_text()
    arguments = page.get_by_label("Arguments to run it with")
    arguments.fill('{"place": 5}')
    page.get_by_text("place: Input should be a valid string").wait_for()
    button("Approve opening_hours as edited").click()
    page.wait_for_timeout(1_200)
    shot(page, f"{kind}-2-refused")
    assert page.get_by_text("The run expires in").inner_text() != left  # time passes while a person decides
    arguments.fill("")
    arguments.press_sequentially('{"place": "library"}', delay=15)
    button("Approve opening_hours as edited").click()

    page.wait_for_function(f"() => ({FOCUSED})() === 'Pause'")  # the focus is not lost with the form

    stopping = page.get_by_text("What is a thread?").last
    page.wait_for_function("() => document.querySelectorAll('.tl-strip, .tl-scrub').length >= 1")
    button("Cancel run").wait_for(timeout=60_000)
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[2].model.executionCount !== null",
        timeout=60_000,
    )
    stopping.scroll_into_view_if_needed()
    button("Cancel run").click(timeout=60_000)
    page.wait_for_function(idle, timeout=60_000)
    shot(page, f"{kind}-3-cancelled")

    past.last.press("Home")
    page.get_by_text("event 1 of").wait_for()
    shot(page, f"{kind}-4-scrubbed")
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["stopped"][-2:] == ["cancelling", "cancelled"]
    assert (seen["answer"], seen["pace"]) == ("The library opens at 10 today.", 0.5)
    assert page.errors == []
