from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.widgets.test_page import HOSTILE, assert_ours, skeleton
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.objects.requested import KINDS, OTHER
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.page import style
from threadlab.widgets.wire.operations import operation_of, outcome_of
from threadlab.widgets.wire.wire_panel import (
    SECRETS,
    STYLES,
    log_text,
    panel_of,
    render_html,
    render_text,
    wire_panel,
)

RUNS = "/threads/thread_1/runs"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


def entry(method: str, path: str, response: Any = None, **more: Any) -> WireEntry:
    """A request that went well."""
    return WireEntry(**{"number": 1, "status": 200, **more}, method=method, path=path, response=response)


@pytest.mark.parametrize(
    ("method", "path", "kind", "words"),
    [
        ("POST", "/assistants", "agent", "create agent"),
        ("GET", "/assistants?limit=100", "agent", "list agents"),
        ("DELETE", "/assistants/asst_1", "agent", "delete agent"),
        ("POST", "/threads/thread_1", "thread", "update thread"),
        ("POST", "/threads/thread_1/messages", "message", "create message"),
        ("POST", "/threads/runs", "run", "create thread and run"),
        ("GET", f"{RUNS}/run_1", "run", "read run"),
        ("POST", f"{RUNS}/run_1/submit_tool_outputs", "run", "submit tool outputs"),
        ("POST", f"{RUNS}/run_1/cancel", "run", "cancel run"),
        ("GET", f"{RUNS}/run_1/steps?order=asc", "run step", "list run steps"),
        ("GET", "/vector_stores/vs_1/file_batches/b_1", "file batch", "read file batch"),
        ("PUT", "/something/new", OTHER, "PUT /something/new"),
        ("GET", "/", OTHER, "GET /"),
    ],
)
def test_a_request_is_named_by_what_it_asks_for(method: str, path: str, kind: str, words: str) -> None:
    """In the field's words; what is not known keeps its path."""
    operation = operation_of(entry(method, path))
    assert (operation.kind, operation.words) == (kind, words)


def test_a_request_names_its_thread_and_run_from_the_path_or_from_what_it_made() -> None:
    """So that a panel can be of one run."""
    read = operation_of(entry("GET", f"{RUNS}/run_1/steps"))
    assert (read.thread_id, read.run_id) == ("thread_1", "run_1")
    made = operation_of(entry("POST", RUNS, {"id": "run_2", "thread_id": "thread_1"}))
    assert (made.thread_id, made.run_id) == ("thread_1", "run_2")
    assert operation_of(entry("POST", "/threads", {"id": "thread_9"})).thread_id == "thread_9"
    both = operation_of(entry("POST", "/threads/runs", {"id": "run_3", "thread_id": "thread_3"}))
    assert (both.thread_id, both.run_id) == ("thread_3", "run_3")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (entry("GET", f"{RUNS}/run_1", {"object": "thread.run", "status": "queued"}), ("200 queued", True)),
        (entry("GET", RUNS, {"object": "list", "data": [1, 2]}), ("200 2 objects", True)),
        (entry("DELETE", "/threads/t", {"deleted": True}), ("200 deleted", True)),
        (entry("POST", RUNS, {"error": {"code": "rate_limit"}}, status=429), ("429 rate_limit", False)),
        (entry("POST", RUNS, None, status=500), ("500", False)),
        (entry("GET", RUNS, None, status=None, error="Reset: cut"), ("Reset: cut", False)),
        (entry("POST", RUNS, {"stream": "text/event-stream"}), ("200 a stream", True)),
        (
            entry("POST", RUNS, {"stream": "text/event-stream"}, error="cut"),
            ("200 the stream broke off", False),
        ),
    ],
)
def test_what_came_back_is_told_in_a_few_words(answer: WireEntry, words: tuple[str, bool]) -> None:
    """And whether it was what was wanted."""
    assert outcome_of(answer) == words


def test_every_request_of_a_lab_is_on_the_panel(lab: Lab) -> None:
    """A retry is a line of its own, and what went wrong is said."""
    lab.workbench.faults.add("429", "create run", times=1)
    Conversation(lab).ask("Hello")
    panel = wire_panel(lab)
    assert [line.request.number for line in panel.lines] == [one.number for one in lab.wire.entries]
    (refused,) = [line for line in panel.lines if line.trouble]
    assert refused.trouble.startswith("rate_limit_exceeded: ")
    again = panel.lines[refused.request.number]
    assert (again.request.attempt, again.outcome, again.at) == (2, "200 queued", "1.00 s")
    assert panel.meter[0] == f"{len(panel.lines)} requests"
    assert panel.meter[2:] == ("1 made again", "1 went wrong")


def test_it_can_be_of_one_run_one_thread_or_one_kind(lab: Lab) -> None:
    """By the object or by its id."""
    talk = Conversation(lab)
    run, other = talk.ask("Hello").run, talk.ask("Hello again").run
    of_run = wire_panel(lab, run=run)
    assert {line.run_id for line in of_run.lines} == {run.id}
    assert of_run == wire_panel(lab, run=run.id)
    named = [one.number for one in lab.wire.naming(other.id) if "run_id=" not in one.path]
    assert [line.request.number for line in wire_panel(lab, run=other).lines] == named
    assert {line.kind for line in wire_panel(lab, kind="message").lines} == {"message"}
    assert len(wire_panel(lab, thread=talk.thread).lines) == len(lab.wire) - 1  # all but the agent


def test_only_the_newest_are_shown_and_the_rest_is_counted(lab: Lab) -> None:
    """The times still count from the first of all."""
    Conversation(lab).ask("Hello")
    panel = wire_panel(lab, newest=2)
    assert len(panel.lines) == 2
    assert panel.left_out == len(lab.wire) - 2
    assert f"{panel.left_out} older left out" in render_html(panel)
    assert f"{panel.left_out} older left out" in render_text(panel)
    assert panel.lines[-1].at == wire_panel(lab).lines[-1].at
    assert wire_panel(lab, newest=0).lines == ()


def test_every_kind_can_be_hidden_by_a_press(lab: Lab) -> None:
    """A chip for each, whose state the style sheet reads: it works without a script."""
    Conversation(lab).ask("Hello")
    page = BeautifulSoup(render_html(wire_panel(lab)), "html.parser")
    chips = [one.get_text() for one in page.select(".tl-chip summary")]
    assert "message 2" in chips
    for kind in (*KINDS.values(), OTHER):
        assert f".tl-panel:has(.tl-hides-{STYLES[kind]}[open]) .tl-{STYLES[kind]}" in str(style())
    assert len(page.select(".tl-of-message")) == 2


def test_it_says_what_is_never_kept() -> None:
    """No header, so no key."""
    assert SECRETS in render_html(panel_of([]))
    assert "no request yet" in render_html(panel_of([]))
    assert render_text(panel_of([])) == "no request yet"


def test_the_wire_log_itself_is_a_panel_in_a_few_lines_of_text(lab: Lab) -> None:
    """The newest twenty."""
    Conversation(lab).ask("Hello")
    assert log_text(lab.wire).count("\n") <= 21
    assert f"POST   /threads/{lab.wire.entries[0].response['id'][:13]}…/runs  200 queued" in render_text(
        wire_panel(lab)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_on_the_wire_becomes_markup(text: str) -> None:
    """Methods, paths, errors, bodies, in every state."""

    def page(words: str) -> str:
        good = WireEntry(number=1, method=words, path=f"/{words}", request={words: words}, status=200)
        answered = replace(good, response={"id": words, words: words, "status": words})
        refused = replace(good, status=400, response={"error": {"code": words, "message": words}}, attempt=2)
        lost = replace(good, status=None, error=words)
        return render_html(panel_of([answered, refused, lost]))

    assert skeleton(page(text)) == skeleton(page("harmless"))
    assert_ours(page(text))
