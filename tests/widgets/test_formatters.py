from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from threadlab.connect.connect import connect
from threadlab.conversation.reply import Reply
from threadlab.following.run_view import RunView
from threadlab.objects.agent import Agent
from threadlab.objects.event import Event
from threadlab.objects.message import Message, Part
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.thread import Thread
from threadlab.objects.vector_store import FileCounts, VectorStore
from threadlab.widgets.formatters import FORMS, load_ipython_extension, register

Fold = Callable[[Sequence[Event]], RunView]


@pytest.fixture
def shell() -> InteractiveShell:
    """An IPython session that knows threadlab's objects and writes no history."""
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    load_ipython_extension(shell)
    return shell


def forms(shell: InteractiveShell, shown: object) -> dict[str, str]:
    """What a front end would get."""
    assert shell.display_formatter is not None
    bundle, _ = shell.display_formatter.format(shown)
    return dict(bundle)


def test_every_object_has_a_rich_form_and_one_line_of_text(
    shell: InteractiveShell, run: Run, fold: Fold, tool_story: list[Event]
) -> None:
    """Short, and with the id in both."""
    view = fold(tool_story)
    agent = Agent(id="asst_1", model="gpt-4o-mini", name="guide")
    for shown in (run, agent, Thread(id="thread_1"), view.messages[0], view.steps[0]):
        bundle = forms(shell, shown)
        assert shown.id in bundle["text/html"]
        assert shown.id in bundle["text/plain"]
        assert "\n" not in bundle["text/plain"]
        assert len(bundle["text/plain"]) < 200


def test_the_words_are_these(shell: InteractiveShell) -> None:
    """Deterministic: ids, words, no address."""
    step = RunStep(id="step_1", run_id="r", thread_id="t", type="message_creation", status="completed")
    message = Message(id="msg_1", thread_id="t", role="user", content=(Part("text", "a\nb"),))
    assert forms(shell, step)["text/plain"] == "run step step_1 · message_creation · completed"
    assert forms(shell, message)["text/plain"] == "message msg_1 · user: a b"
    with connect(seed=3, pace=0) as lab:
        assert forms(shell, lab)["text/plain"] == "lab local, in this process · classic protocol · seed 3"


def test_what_was_listed_what_failed_and_which_tool_of_a_kind_are_told(shell: InteractiveShell) -> None:
    """A server's functions, the way to the reason, and the server's label."""
    step = RunStep(
        id="step_1", run_id="r", thread_id="t", type="activities", status="completed",
        listed={"sums": ("add", "tick")},
    )  # fmt: skip
    assert forms(shell, step)["text/plain"].endswith("activities · completed · sums offers add, tick")
    store = VectorStore(id="vs_1", status="completed", files=FileCounts(total=2, completed=1, failed=1))
    assert forms(shell, store)["text/plain"] == "vector store vs_1 · 2 files · 1 failed · completed"
    assert "1 failed: lab.vector_stores.files(…) says why" in forms(shell, store)["text/html"]
    tools = (
        {"type": "mcp", "server_label": "sums"},
        {"type": "openapi", "openapi": {"name": "map"}},
        {"type": "file_search"},
        {"type": "function", "function": {"name": "add"}},
    )
    shown = forms(shell, Agent(id="asst_1", model="m", tools=tools))["text/html"]
    assert "mcp sums, openapi map, file_search, add" in shown


def test_a_reply_shows_the_run_behind_it(
    shell: InteractiveShell, fold: Fold, tool_story: list[Event]
) -> None:
    """Its card, as it was followed."""
    bundle = forms(shell, Reply(fold(tool_story)))
    assert "get_weather" in bundle["text/html"]
    assert "get_weather" in bundle["text/plain"]


def test_registering_twice_changes_nothing(shell: InteractiveShell, run: Run) -> None:
    """As when a cell is run again."""
    once = forms(shell, run)
    register(shell)
    assert forms(shell, run) == once
    assert set(once) == {"text/html", "text/plain"}
    assert Run in FORMS
