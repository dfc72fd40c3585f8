"""The live views' half on the page, in headless Chromium without JupyterLab. Run it with `-m browser`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.bare_page import CHROMIUM, bare_page, open_view
from tests.widgets.test_page import HOSTILE
from threadlab.connect.connect import connect
from threadlab.conversation.conversation import Conversation
from threadlab.widgets.cards.live_chat import LiveChat
from threadlab.widgets.wire.live_wire import LiveWire
from threadlab.widgets.wire.object_map_view import ObjectMapView
from threadlab.widgets.wire.wire_panel import render_html, wire_panel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is installed here: the browser test was skipped"
    ),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """A page; every error on it fails the test."""
    with bare_page() as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []


@pytest.fixture(autouse=True)
def empty(page: Any) -> None:
    """Nothing left of the test before."""
    page.evaluate("() => document.body.replaceChildren()")


def line(text: str, role: str = "user") -> dict[str, str]:
    """A line of a chat."""
    return {"role": role, "text": text, "id": text, "run": text}


def chat(page: Any, *lines: dict[str, str]) -> None:
    """A chat with these lines."""
    open_view(page, str(LiveChat._esm), {"log": {"lines": list(lines), "now": ""}})


def tell(page: Any, *told: dict[str, Any]) -> None:
    """The kernel says something."""
    for one in told:
        page.evaluate("told => window.model.tell(told)", one)


def said(page: Any) -> list[str]:
    """What stands in the chat."""
    texts: list[str] = page.eval_on_selector_all(".tl-said", "all => all.map(one => one.textContent)")
    return texts


def test_a_chat_grows_by_lines_and_by_pieces_and_draws_nothing_again(page: Any) -> None:
    """The first line is the very same element afterwards."""
    chat(page, line("one"))
    page.evaluate("() => { window.first = document.querySelector('.tl-said'); }")
    tell(page, {"at": 1, "add": line("two", "assistant")}, {"at": 1, "from": 3, "more": " 🎉"})
    tell(page, {"at": 1, "from": 6, "more": "!"}, {"now": "run ○ queued"})
    assert said(page) == ["one", "two 🎉!"]
    assert page.evaluate("() => window.first.isConnected")
    assert page.inner_text("[role=status]") == "run ○ queued"
    tell(page, {"at": 1, "put": line("TWO", "assistant")})
    assert said(page) == ["one", "TWO"]


def test_text_stays_text_whoever_wrote_it(page: Any) -> None:
    """On every way that it can come, and in every field of a line."""
    chat(page, *(line(text) for text in HOSTILE))
    for place, text in enumerate(HOSTILE, len(HOSTILE)):
        tell(
            page, {"at": place, "add": line("", text)}, {"at": place, "from": 0, "more": text}, {"now": text}
        )
    assert said(page) == [*HOSTILE, *HOSTILE]
    names = page.eval_on_selector_all("body *", "all => [...new Set(all.map(one => one.localName))].sort()")
    assert names == ["code", "div", "li", "ol", "p", "section", "strong"]


def test_a_second_view_has_everything_and_grows_too(page: Any) -> None:
    """Without asking the kernel: it may be busy."""
    chat(page, line("one"))
    tell(page, {"at": 1, "add": line("two")})
    page.evaluate("() => window.show()")
    asked = page.evaluate("() => window.said.length")
    tell(page, {"at": 2, "add": line("three")})
    assert said(page) == ["one", "two", "three", "one", "two", "three"]
    assert page.evaluate("() => window.said.length") == asked == 1


@pytest.mark.parametrize("lost", [{"at": 3, "add": line("four")}, {"at": 0, "from": 9, "more": "x"}])
def test_what_was_lost_is_noticed_and_asked_for_once(page: Any, lost: dict[str, Any]) -> None:
    """A line, or a piece of one; the answer is everything."""
    chat(page, line("one"))
    tell(page, {"all": {"lines": [line("one")], "now": ""}})
    tell(page, lost, lost)
    assert page.evaluate("() => window.said") == [{"has": 1}, {"has": 1}]
    tell(page, {"all": {"lines": [line("one"), line("two")], "now": ""}})
    assert said(page) == ["one", "two"]


def test_the_reader_stays_at_the_end_unless_scrolled_away(page: Any) -> None:
    """Whoever reads above is not pulled down."""
    chat(page, *(line(f"{number} " * 60) for number in range(60)))
    page.wait_for_timeout(50)
    at_end = """() => {
      const one = document.querySelector('.tl-growing');
      return one.scrollHeight - one.scrollTop - one.clientHeight;
    }"""
    assert page.evaluate(at_end) < 2
    tell(page, {"at": 60, "add": line("the last")})
    page.wait_for_timeout(50)
    assert page.evaluate(at_end) < 2
    page.evaluate("() => { document.querySelector('.tl-growing').scrollTop = 0; }")
    page.wait_for_timeout(50)
    tell(page, {"at": 61, "add": line("later still")})
    page.wait_for_timeout(50)
    assert page.evaluate("() => document.querySelector('.tl-growing').scrollTop") == 0


def test_what_is_typed_is_sent_once_and_blank_lines_are_not(page: Any) -> None:
    """The line is there only where somebody can be asked, and no key goes on to the notebook."""
    open_view(page, str(LiveChat._esm), {"log": {"lines": [], "now": ""}, "asks": True})
    page.evaluate("() => { window.keys = []; document.onkeydown = event => window.keys.push(event.key); }")
    page.get_by_label("your message").press_sequentially("  d")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("() => window.said.slice(1)") == [{"say": "  d"}]
    assert page.evaluate("() => window.keys") == []
    page.evaluate("() => document.body.replaceChildren()")
    chat(page)
    assert page.get_by_label("your message").count() == 0


def test_the_wire_is_filtered_and_fetches_a_body_when_it_is_opened(page: Any) -> None:
    """By run, by kind, by what went wrong; the body is asked for once and kept."""
    with connect(seed=3, pace=0) as lab:
        lab.workbench.faults.add("429", "create run", times=1)
        talk = Conversation(lab)
        runs = [talk.ask("Hello").run.id, talk.ask("Hello again").run.id]
        panel = LiveWire(lab)
        open_view(page, str(LiveWire._esm), {"log": panel.log, "secrets": panel.secrets})
        lines = panel.lines
        panel.close()
    shown = "() => [...document.querySelectorAll('.tl-request')].filter(one => one.checkVisibility()).length"
    assert page.evaluate(shown) == len(lines)
    page.get_by_label("run", exact=True).select_option(runs[1])
    assert page.evaluate(shown) == sum(one["run"] == runs[1] for one in lines)
    page.get_by_label("kind", exact=True).select_option("run step")
    both = sum(one["run"] == runs[1] and one["kind"] == "run step" for one in lines)
    assert page.evaluate(shown) == both > 0
    page.get_by_label("run", exact=True).select_option("")
    page.get_by_label("kind", exact=True).select_option("")
    page.get_by_label("only what went wrong").check()
    assert page.evaluate(shown) == 1
    wrong = next(one["n"] for one in lines if one["trouble"])
    page.click(".tl-trouble > summary")
    page.wait_for_function(f"() => window.said.some(one => one.body === {wrong})")
    tell(page, {"body": wrong, "words": "create run", "request": '{"a": "<b>"}', "response": ""})
    assert page.inner_text(".tl-trouble pre") == '{"a": "<b>"}'


def test_a_kind_is_hidden_without_any_script(page: Any) -> None:
    """On the panel that a notebook stores."""
    with connect(seed=3, pace=0) as lab:
        Conversation(lab).ask("Hello")
        panel = wire_panel(lab)
    page.evaluate("html => { document.body.innerHTML = html; }", render_html(panel))
    shown = "() => [...document.querySelectorAll('.tl-request')].filter(one => one.checkVisibility()).length"
    assert page.evaluate(shown) == len(panel.lines)
    page.click("text=/^run \\d+$/")
    assert page.evaluate(shown) == sum(one.kind != "run" for one in panel.lines)
    page.keyboard.press("Enter")
    assert page.evaluate(shown) == len(panel.lines)


def test_the_map_is_walked_with_the_keyboard(page: Any) -> None:
    """Down, into what is held, back out, to the ends; Enter goes to the JSON."""
    with connect(seed=3, pace=0) as lab:
        run = Conversation(lab).ask("Hello").run
        boxes = ObjectMapView(lab).boxes
    open_view(page, str(ObjectMapView._esm), {"boxes": boxes})
    page.evaluate("() => { window.keys = []; document.onkeydown = event => window.keys.push(event.key); }")
    chosen = "() => document.activeElement.getAttribute('aria-selected') && document.activeElement.innerText"
    page.keyboard.press("Tab")
    assert page.evaluate(chosen).startswith("agent")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(chosen).startswith("thread")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(chosen).startswith("message")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(chosen).startswith("thread")
    page.keyboard.press("End")
    assert page.evaluate(chosen).startswith("run step")
    page.keyboard.press("ArrowLeft")
    assert run.id in page.inner_text(".tl-panel-side")
    assert "made by request" in page.inner_text(".tl-panel-side")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "region"
    page.keyboard.press("a")  # to JupyterLab: a new cell
    page.keyboard.press("Control+s")
    assert page.evaluate("() => window.keys") == ["Tab", "Control", "s"]
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
