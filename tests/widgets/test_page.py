"""Escaping: nothing that a model, a tool, a user or a service wrote becomes part of the page itself."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from threadlab.conversation.window import window
from threadlab.following.explain import explained
from threadlab.following.run_view import RunView
from threadlab.objects.agent import Agent
from threadlab.objects.event import Event
from threadlab.objects.fault import Fault
from threadlab.objects.message import Message, Part
from threadlab.objects.run_step import RunStep
from threadlab.objects.thread import Thread
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.cards import thread_view, window_view
from threadlab.widgets.cards.object_cards import object_html
from threadlab.widgets.cards.thread_view import NO_TEXT
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.runs import run_card, timeline, waterfall
from threadlab.widgets.wire import object_map
from threadlab.workbench.port import Transition, Truth

Fold = Callable[[Sequence[Event]], RunView]

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    '<a href="javascript:alert(1)">click</a>',
    "[click](javascript:alert(1))",
    "</style><style>*{display:none}</style>",
    '"; background: url(javascript:alert(1)); x: "',
    "</pre></details></section><iframe src=//evil>",
    "<b><i><unclosed",
    "<!-- ",
    "<![CDATA[ ",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;",
)
TAGS = (
    "section style div header span strong code ol ul li p h4 dl dt dd pre details summary br i "
    "svg g rect line path circle text title table thead tbody tr th td"
)
ATTRIBUTES = {"class", "title", "role", "aria-label", "aria-live", "aria-hidden", "aria-current", "tabindex"}
ATTRIBUTES |= {"open", "scope"}
DRAWN = {  # numbers, and the letters of a path, alone
    "svg": {"width", "height", "viewbox"},
    "rect": {"x", "y", "width", "height", "rx"},
    "line": {"x1", "y1", "x2", "y2"},
    "path": {"d"},
    "text": {"x", "y"},
    "circle": {"cx", "cy", "r"},
}
SWITCHES = {"text", *run_card.MOODS}  # words that decide what is shown: they stay, or less would be shown


def skeleton(page: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The elements of a page with their attributes, the values only where they have an effect."""
    elements = BeautifulSoup(page, "html.parser").find_all(True)
    return [
        (one.name, sorted((name, str(value) if name == "class" else "") for name, value in one.attrs.items()))
        for one in elements
    ]


def filled(value: Any, text: str) -> Any:
    """The same value with every piece of text in it replaced, at any depth."""
    if isinstance(value, str):
        return value if value in SWITCHES else text
    if isinstance(value, Mapping):
        return {text: filled(list(value.values()), text)}
    if isinstance(value, tuple | list):
        return type(value)(filled(item, text) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        known = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return type(value)(**{name: filled(item, text) for name, item in known.items()})
    return value


def rich_view(view: RunView) -> RunView:
    """A view with every field in use: a failed run, a failed step, a loose call, a request without answer."""
    step = dataclasses.replace(view.steps[0], error=Fault("c", "m"))
    run = dataclasses.replace(view.run, error=Fault("c", "m"), incomplete_reason="r", instructions="i")
    lost = WireEntry(number=9, method="PUT", path="/p", request={"a": ["b"]}, error="e", attempt=2)
    loose = dataclasses.replace(view.calls[0], call=ToolCall(id="call_loose", name="n", arguments="a"))
    return dataclasses.replace(
        view,
        run=run,
        steps=(step, *view.steps[1:]),
        calls=(*view.calls, loose),
        requests=(*view.requests, lost),
    )


def assert_ours(page: str) -> None:
    """Only our elements and attributes, only our classes, and one style sheet, which is ours."""
    for element in BeautifulSoup(page, "html.parser").find_all(True):
        assert element.name in TAGS.split()
        drawn = {name: element.attrs[name] for name in set(element.attrs) & DRAWN.get(element.name, set())}
        assert set(element.attrs) - set(drawn) <= ATTRIBUTES
        assert all(re.fullmatch(r"[-0-9. MHVCQml]+%?", str(value)) for value in drawn.values())
        for name in element.get_attribute_list("class"):
            assert name is None or re.fullmatch(r"tl(-[a-z_]+)*", name)
    assert page.startswith(str(style()))
    assert page.count("<style>") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_run_becomes_markup(text: str, tool_story: list[Event], fold: Fold) -> None:
    """Every field of everything on the card, ids and statuses included, and the page keeps its shape."""
    view = rich_view(fold(tool_story))
    page = run_card.render_html(filled(view, text))
    assert skeleton(page) == skeleton(run_card.render_html(filled(view, "harmless")))
    assert_ours(page)
    (answer,) = BeautifulSoup(page, "html.parser").select(".tl-answer")
    assert answer.get_text() == text


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_the_parts_of_a_live_card_becomes_markup(
    text: str, tool_story: list[Event], fold: Fold
) -> None:
    """The live card has a wire panel of its own."""
    view = rich_view(fold(tool_story))
    for part in ("run_head.html", "run_wire_live.html"):
        hostile = html(part, card=run_card.card_of(filled(view, text)))
        assert skeleton(hostile) == skeleton(html(part, card=run_card.card_of(filled(view, "harmless"))))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_object_becomes_markup(text: str) -> None:
    """The cards of agents, threads, messages and steps."""
    call = ToolCall(id="c", name="n", arguments="{}", output="o")
    step = RunStep(
        id="s", run_id="r", thread_id="t", type="x", status="y", tool_calls=(call,), error=Fault("a", "b")
    )
    message = Message(id="m", thread_id="t", role="r", content=(Part("text", "t"), Part("image_file")))
    agent = Agent(id="a", model="m", name="n", instructions="i", tools=({"type": "f"},), metadata={"k": "v"})
    for shown in (agent, Thread(id="t", metadata={"k": "v"}), message, step):
        page = object_html(filled(shown, text))
        assert skeleton(page) == skeleton(object_html(filled(shown, "harmless")))
        assert_ours(page)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_conversation_or_on_the_map_becomes_markup(text: str) -> None:
    """Messages in a chat, and objects as they came over the wire."""
    message = Message(id=text, thread_id="t", role=text, content=(Part("text", text),), run_id=text)
    assert_ours(thread_view.render_html(thread_view.thread_view([message])))
    agent = {"id": text, "object": "assistant", "name": text, "model": text, "tools": [], text: text}
    held = {"id": "m", "object": "thread.message", "thread_id": text, "role": text, "content": text}
    entries = [WireEntry(number=1, method=text, path=text, response=body) for body in (agent, held)]
    drawn = object_map.render_html(object_map.map_objects(entries))
    assert_ours(drawn)
    assert text in BeautifulSoup(drawn, "html.parser").get_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_lane_or_a_window_becomes_markup(text: str, tool_story: list[Event], fold: Fold) -> None:
    """Waterfall, timeline and window: every word in them is somebody else's."""
    view = fold(tool_story)
    pages = []
    for words in (text, "harmless"):
        run, steps = filled(view.run, words), filled(view.steps, words)
        log = [{"kind": "step.delta", "at": 2.0, "data": {"pieces": [{"text": words}, {"arguments": words}]}}]
        truth = Truth(
            run_id=words,
            transitions=(Transition(1.0, words), Transition(3.0, words)),
            model_calls=(),
            log=tuple(log),
        )
        answer = {"object": "thread.run", "id": words, "status": words}
        entry = WireEntry(number=1, method=words, path=f"/{words}", response=answer, at=2.0)
        message = Message(id=words, thread_id="t", role=words, content=(Part("text", words),), run_id=words)
        explanation = explained(run, steps, truth=truth, calls=filled(view.calls, words))
        pages.append(
            (
                waterfall.render_html(explanation),
                timeline.render_html(timeline.timeline_of(run, truth, [entry], 3.0)),
                window_view.render_html(window([message, message], 1000, page=1)),
            )
        )
    for page, harmless in zip(*pages, strict=True):
        assert skeleton(page) == skeleton(harmless)
        assert_ours(page)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_any_text_reaches_the_reader_as_it_was_written(text: str) -> None:
    """Escaping loses nothing and adds nothing."""
    message = Message(id="m", thread_id="t", role="user", content=(Part("text", text),))
    page = BeautifulSoup(thread_view.render_html(thread_view.thread_view([message])), "html.parser")
    (said,) = page.select(".tl-said")
    assert said.get_text() == (text or NO_TEXT)


def test_the_style_touches_nothing_outside_a_card_and_fetches_nothing() -> None:
    """One block under our class, with our own names and JupyterLab's."""
    sheet = str(style()).removeprefix("<style>").removesuffix("</style>")
    assert sheet.startswith(".tl.tl.tl{")
    depth, blocks = 0, 0
    for char in sheet:
        depth += (char == "{") - (char == "}")
        blocks += char == "}" and depth == 0
    assert (depth, blocks) == (0, 1)
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert set(re.findall(r"var\(--([a-z]+)-", sheet)) == {"jp", "tl"}


def test_every_colour_of_jupyterlab_has_a_fallback() -> None:
    """A card reads well on a page that is not JupyterLab's."""
    assert not re.search(r"var\(--jp-[a-z0-9-]+\)", str(style()))
