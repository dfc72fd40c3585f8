"""A run's folder on the page, in headless Chromium without JupyterLab. Run it with `-m browser`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.bare_page import CHROMIUM, bare_page, open_view
from tests.widgets.test_page import HOSTILE
from threadlab.widgets.drawing.status_look import look_of
from threadlab.widgets.user_runs.run_folder import FolderRow
from threadlab.widgets.user_runs.run_folder_view import FolderTree

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is installed here: the browser test was skipped"
    ),
]
PATHS = "all => all.map(one => one.dataset.path)"
ROWS = "[role=treeitem]"


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


def folder(path: str, status: str = "in_progress") -> FolderRow:
    """The folder of a node."""
    return FolderRow(path=path, look=look_of(status), unit=path.replace("/", "."), is_folder=True)


def shown(page: Any, *rows: FolderRow) -> FolderTree:
    """The tree with these rows."""
    tree = FolderTree(lambda path: None)
    tree.show(rows)
    open_view(page, str(FolderTree._esm), {"log": tree.log, "chosen": ""})
    return tree


def tell(page: Any, told: dict[str, Any]) -> None:
    """What the kernel says."""
    page.evaluate("told => window.model.tell(told)", told)


def test_a_file_is_drawn_in_its_folder_whenever_it_comes(page: Any) -> None:
    """Behind what is there, and before the next folder; the newest is marked."""
    tree = shown(page, FolderRow(path="events.jsonl"), folder("a"), folder("a/one"), folder("b"))
    tree.append({**tree.lines[0], "path": "a/one/result.json", "name": "result.json", "says": "7"})
    tell(page, {"at": 4, "add": tree.lines[4]})
    assert page.eval_on_selector_all(ROWS, PATHS) == ["events.jsonl", "a", "a/one", "a/one/result.json", "b"]
    assert page.eval_on_selector_all(".tl-fresh", PATHS) == ["a/one/result.json"]
    tell(page, {"at": 2, "put": {**tree.lines[2], "style": "completed", "sign": "✓", "says": "completed"}})
    assert "completed" in page.locator("[data-path='a/one']").inner_text()
    assert page.eval_on_selector_all(".tl-fresh", PATHS) == ["a/one"]


def test_the_past_is_shown_and_the_present_comes_back_whole(page: Any) -> None:
    """What came meanwhile is there then."""
    tree = shown(page, FolderRow(path="events.jsonl"), folder("a"))
    tell(page, {"past": [{**tree.lines[0], "fresh": False}]})
    assert page.eval_on_selector_all(ROWS, PATHS) == ["events.jsonl"]
    tell(page, {"at": 2, "add": {**tree.lines[1], "path": "b", "name": "b", "unit": "b"}})
    assert page.locator(ROWS).count() == 1
    tell(page, {"past": None})
    assert page.eval_on_selector_all(ROWS, PATHS) == ["events.jsonl", "a", "b"]


def test_a_node_is_chosen_with_the_keyboard_and_no_key_goes_on(page: Any) -> None:
    """Only folders of components take part; one tab stop."""
    shown(page, FolderRow(path="events.jsonl"), folder("a"), folder("a/one"), folder("b"))
    page.evaluate("() => { window.keys = []; document.onkeydown = event => window.keys.push(event.key); }")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("() => window.said.at(-1).choose") == "a.one"
    assert page.eval_on_selector_all("[aria-selected='true']", PATHS) == ["a/one"]
    page.keyboard.press("End")
    assert page.evaluate("() => document.activeElement.dataset.path") == "b"
    page.keyboard.press("d")  # to JupyterLab: delete the cell
    assert page.evaluate("() => window.keys") == ["Tab"]
    assert page.locator(f"{ROWS}[tabindex='0']").count() == 1
    page.evaluate("() => window.model.set('chosen', 'a')")
    assert page.eval_on_selector_all("[aria-selected='true']", PATHS) == ["a"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_node_gave_stays_text(page: Any, text: str) -> None:
    """As it is read, and no element of its own."""
    shown(page, FolderRow(path="a/result.json", about=text))
    assert page.locator(".tl-dim").text_content() == text
    names = page.eval_on_selector_all("body *", "all => [...new Set(all.map(one => one.localName))].sort()")
    assert names == ["code", "div", "span"]
