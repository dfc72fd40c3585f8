"""The tree of user runs on the page, in headless Chromium without JupyterLab. Run it with `-m browser`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bare_page import CHROMIUM, bare_page, open_view
from tests.widgets.test_page import HOSTILE
from tests.widgets.told_user_runs import kept, told
from threadlab.connect.connect import connect
from threadlab.history.history import History
from threadlab.journal.workspace import Workspace
from threadlab.widgets.user_runs.history_picker import HistoryPicker, TreePicker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is installed here: the browser test was skipped"
    ),
]
STATE = ("rows", "edges", "width", "row", "picked")
PICKED = "() => window.said.at(-1).pick"
CHOSEN = "all => all.filter(one => one.ariaSelected === 'true').map(one => one.dataset.id)"


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """A page that is one card; every error on it fails the test."""
    with bare_page() as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.evaluate("() => { document.body.className = 'tl tl-card'; }")
        yield page
        assert errors == []


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest) -> None:
    """Nothing left of the test before."""
    if "page" in request.fixturenames:
        request.getfixturevalue("page").evaluate("() => document.body.replaceChildren()")


def show_tree(page: Any, workspace: Workspace) -> list[str]:
    """Show the tree of this folder; its ids, from the top."""
    with connect(seed=3, pace=0) as lab:
        tree = HistoryPicker(History(lab, workspace.folder)).tree
    open_view(page, str(TreePicker._esm), {name: getattr(tree, name) for name in STATE})
    return [str(row["id"]) for row in tree.rows]


def test_the_tree_is_walked_and_picked_with_the_keyboard(page: Any, tmp_path: Path) -> None:
    """Enter picks and lets go; a third one takes the place of the first; no key goes on to the notebook."""
    ids = show_tree(page, kept(tmp_path / "runs"))
    page.evaluate("() => { window.keys = []; document.onkeydown = event => window.keys.push(event.key); }")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press(" ")
    assert page.evaluate(PICKED) == [ids[0], ids[-1]]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.evaluate(PICKED) == [ids[-1], ids[-2]]
    assert page.eval_on_selector_all("[role=option]", CHOSEN) == [ids[-2], ids[-1]]
    assert page.locator(".tl-picked").all_inner_texts()[-2:] == ["b", "a"]
    page.keyboard.press("Enter")
    assert page.evaluate(PICKED) == [ids[-1]]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # there is none below
    assert page.evaluate("() => document.activeElement.dataset.id") == ids[-1]
    page.keyboard.press("d")  # to JupyterLab: delete the cell
    assert page.evaluate("() => window.keys") == ["Tab"]
    assert page.locator("[role=option][tabindex='0']").count() == 1


def test_each_dot_stands_beside_its_row(page: Any, tmp_path: Path) -> None:
    """However the page draws its fonts."""
    show_tree(page, kept(tmp_path / "runs"))
    middles = """all => all.map(one => {
      const place = one.getBoundingClientRect();
      return (place.top + place.bottom) / 2;
    })"""
    dots = page.eval_on_selector_all(".tl-history circle", middles)
    rows = page.eval_on_selector_all(".tl-history-row", middles)
    assert len(dots) == len(rows) == 6
    assert all(abs(dot - row) < 2 for dot, row in zip(dots, rows, strict=True))


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_was_asked_stays_text_in_the_tree(page: Any, tmp_path: Path, text: str) -> None:
    """As it is read, and no element of its own."""
    workspace = Workspace(tmp_path / "runs")
    first, *others = told("a1a1", text).entries
    directory = workspace.create(first.fact, first.at)  # type: ignore[arg-type]
    for entry in others:
        directory.append(entry.fact, entry.at)
    directory.close()
    show_tree(page, workspace)
    assert page.locator(".tl-history-input").text_content() == " ".join(text.split())
    names = page.eval_on_selector_all("body *", "all => [...new Set(all.map(one => one.localName))].sort()")
    assert names == ["circle", "code", "div", "span", "strong", "svg"]
