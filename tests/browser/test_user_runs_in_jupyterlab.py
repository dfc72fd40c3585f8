"""The pictures of user runs in real JupyterLab, from what lies on disk: every control is pressed.

Run it with `-m browser`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.browser.test_live_card_in_jupyterlab import shot
from tests.widgets.told_user_runs import family, kept

pytestmark = pytest.mark.browser

CELLS = (
    "from pathlib import Path\n"
    "from threadlab import connect, views\n"
    "from threadlab.runs import History\n"
    "history = History(connect(seed=3, pace=0), 'runs')",
    "views.user_runs(history)",
    "views.history_tree(history)",
    "views.event_scrubber(history[1])",
)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_fresh_kernel_shows_what_is_on_disk_and_heeds_every_press(
    open_notebook: Callable[..., Any], run_cells: Callable[[Any], None], tmp_path: Path, theme: str
) -> None:
    """Next, previous, go to; two rows picked; one made again by keys alone; the slider at the beginning."""
    kept(tmp_path / "runs")
    ids = [record.id for record in family()[0]]
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    page = open_notebook("runs.ipynb", nbformat.writes(notebook), theme=theme, height=1250)
    run_cells(page)

    page.get_by_text("user runs: 6 of 6").wait_for(timeout=60_000)
    page.get_by_role("button", name="Previous", exact=True).click()
    page.get_by_text("user runs: 5 of 6").wait_for()
    page.get_by_placeholder("number or id").fill("d4d4")
    page.get_by_role("button", name="Go to", exact=True).click()
    page.get_by_text("user runs: 4 of 6").wait_for()
    assert "Tromsø: −8 °C and clear." in page.locator(".jp-OutputArea-output").first.inner_text()

    page.locator(".tl-history-row").nth(2).click()
    page.get_by_text(f"{ids[2]} is picked.").wait_for()
    page.locator(".tl-history-row").nth(3).click()
    page.get_by_text("They part at step 1: other input.").wait_for()
    assert page.get_by_role("group", name="first divergence").count() == 1
    shot(page, f"{theme.split()[1].lower()}-user-runs")

    page.locator(".tl-history-row").nth(3).press("Tab")  # it was pressed: the form is next
    page.keyboard.press("Control+A")
    page.keyboard.type("What is 6 * 7?")
    page.get_by_text("plan reuse nothing; execute unit 1").wait_for()
    page.keyboard.press("Tab")  # from where on
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".tl-history-row").nth(6).get_by_text("completed · edit of").wait_for()
    page.get_by_role("button", name="Rerun from here", exact=True).wait_for()
    assert page.evaluate("() => document.activeElement.innerText") == "Rerun from here"
    assert page.locator(".tl-history-row[aria-selected=true]").count() == 2
    shot(page, f"{theme.split()[1].lower()}-made-again")

    past = page.get_by_role("slider", name="Look back")
    past.press("Home")
    page.get_by_text("event 1 of").wait_for()
    last = page.locator(".jp-OutputArea-output").last
    last.get_by_text("queued").first.wait_for()
    assert "It is −3 °C" not in last.inner_text()
    page.get_by_role("button", name="Latest", exact=True).click()
    last.get_by_text("It is −3 °C").first.wait_for()
    assert page.errors == []
