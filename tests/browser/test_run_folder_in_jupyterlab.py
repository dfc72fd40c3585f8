"""A flow's folder in real JupyterLab: it grows while the run goes, and a press runs it again from a node.

Run it with `-m browser`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from tests.browser.test_live_card_in_jupyterlab import shot

pytestmark = pytest.mark.browser

CELLS = (
    "from threadlab import connect, views\n"
    "from threadlab.flows import AgentComponent, AgentNode, AgentRunner, PythonNode, RunContext\n"
    "import time\n"
    "def first() -> str:\n    time.sleep(2)\n    return 'a run'\n"
    "def second(ask: str) -> int:\n    return len(ask)\n"
    "ask = AgentNode('ask', prompt='What is {{ first }}?', instructions='Be brief.')\n"
    "agent = AgentComponent('agent', [PythonNode('first', first), ask, PythonNode('second', second)])\n"
    "context = RunContext(agent, lab=connect(seed=3))\n"
    "context.setup_run()",
    "folder = views.run_folder(context)\nfolder",
    "AgentRunner(agent, context).run()",
)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_folder_grows_is_walked_back_and_is_run_again_from_a_node(
    open_notebook: Callable[..., Any], run_cells: Callable[[Any], None], theme: str
) -> None:
    """Each row comes when its node does; the rerun's own view stands below, with what it took over."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    page = open_notebook("flow.ipynb", nbformat.writes(notebook), theme=theme, height=1500)
    run_cells(page)

    page.locator("[data-path='agent/first']").wait_for(timeout=60_000)
    assert page.locator("[data-path='agent/ask']").count() == 0
    page.locator("[data-path='agent/ask/result.json']").wait_for(timeout=60_000)
    page.get_by_text("Choose a folder of a node").wait_for(timeout=60_000)

    page.locator("[data-path='agent/ask']").click()
    page.get_by_text(
        "Rerun from here: reuse unit agent.first; execute units agent.ask, agent.second"
    ).wait_for()
    page.get_by_role("slider", name="Look back").press("Home")
    page.get_by_text("event 1 of").wait_for()
    page.locator("[data-path='agent']").wait_for(state="detached")
    page.get_by_role("button", name="Latest", exact=True).click()
    page.locator("[data-path='agent/second/result.json']").wait_for()

    page.get_by_role("button", name="Rerun from here", exact=True).click()
    page.get_by_text("reused from run-").wait_for(timeout=60_000)
    page.locator("[data-path='agent/second/result.json']").nth(1).wait_for(timeout=60_000)
    shot(page, f"{theme.split()[1].lower()}-run-folder")
    assert page.errors == []
