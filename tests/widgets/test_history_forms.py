"""A history and what it holds, as the last line of a cell: made for real, and again in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from threadlab.connect.connect import connect
from threadlab.history.history import History
from threadlab.history.user_run import UserRun
from threadlab.journal.values import Trigger
from threadlab.tools.tool import tool
from threadlab.widgets.formatters import OF_HISTORIES, register
from threadlab.widgets.user_runs.history_forms import HISTORY_FORMS
from threadlab.widgets.user_runs.user_run_pages import UserRunPages


@tool
def get_weather(city: str) -> str:
    """The weather in a city.

    Args:
        city: The city.
    """
    return f"{city}: snow, -3 degrees"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Real user runs: two turns, an edit of the first, and one on a fork that the system began."""
    with connect(seed=3, pace=0) as lab:
        history = History(lab, tmp_path_factory.mktemp("project") / "runs")
        main = history.branch("main", instructions="Be brief.", tools=[get_weather])
        first = main.ask("What is the weather in Oslo?")
        main.ask("Thank you.")
        first.edit(input="What is the weather in Rome?").rerun()
        side = history.branch("side", at=first)
        side.ask("The report is there.", trigger=Trigger(type="system", cause="ticket report-1"))
        first.tag("weather")
        yield history


@pytest.fixture
def shell() -> InteractiveShell:
    """An IPython session that knows threadlab's objects."""
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    register(shell)
    return shell


def shown(shell: InteractiveShell, value: object) -> tuple[str, str]:
    """Its HTML and its text, as a front end would get them."""
    assert shell.display_formatter is not None
    bundle, _ = shell.display_formatter.format(value)
    return bundle["text/html"].split("</style>")[1], bundle["text/plain"]


def test_they_are_registered_by_their_names() -> None:
    """Each type under the module that defines it, so that nothing of it is loaded before it is shown."""
    assert {f"{kind.__module__}.{kind.__name__}" for kind in HISTORY_FORMS} == set(OF_HISTORIES)
    assert list(OF_HISTORIES) == sorted(OF_HISTORIES)
    code = (
        "import sys, threadlab.views, threadlab.widgets.formatters\n"
        "print([name for name in sys.modules if name.startswith(('threadlab.history', 'threadlab.journal'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_user_run_shows_its_card(history: History, shell: InteractiveShell) -> None:
    """With the tool calls of the run behind it, and its tags."""
    page, text = shown(shell, history[1])
    for form in (page, text):
        assert history[1].id in form and "get_weather" in form and "Oslo: snow" in form and "weather" in form
    assert history[1].record.calls[0].run is not None
    assert shown(shell, history[1].record)[0].count("get_weather") == page.count("get_weather")


def test_a_branch_shows_its_user_runs_and_a_history_its_tree(
    history: History, shell: InteractiveShell
) -> None:
    """Each with what the system began marked."""
    page, text = shown(shell, history.branch("side"))
    assert text.startswith("branch side: 2 user runs, 1 not begun by a person")
    assert page.count("tl-user-run tl-") == 2 and "system-triggered" in page
    page, text = shown(shell, history)
    assert text.startswith("history: 4 user runs, 2 branches") and page.count("<circle") == 4
    assert "[side]  ⚙ system-triggered\n" in text and f"edit of {history[1].id}" in text


def test_what_is_said_about_them_shows_itself(history: History, shell: InteractiveShell) -> None:
    """Plans, comparisons, contexts, tables, what was found, what would go."""
    first, second, edited, _ = history
    for value, words in (
        (first.edit(input="What is the weather in Bonn?").plan(), "nothing has run yet"),
        (first.compare(edited), "They part at step 1: other input."),
        (second.context_bar, "as it was"),
        (first.sequence, "who said what to whom"),
        (first.tool_operations, "get_weather"),
        (history.search("Oslo"), first.id),
        (history.prune(2, dry_run=True), "would go"),
        (history.report(), "slowest"),
    ):
        page, text = shown(shell, value)
        assert words in page and text.strip() and " object at 0x" not in text
        assert type(value) in HISTORY_FORMS


def test_a_user_run_that_stopped_halfway_says_how_to_go_on(history: History, shell: InteractiveShell) -> None:
    """Its process is gone: what is on the disk is shown."""
    copy = history.workspace.folder.parent / "half" / history[1].id
    copy.mkdir(parents=True)
    whole = (history.workspace.folder / history[1].id / "events.jsonl").read_bytes()
    (copy / "events.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:8]))
    half = History(history.lab, copy.parent)[1]
    assert half.is_stalled
    for form in shown(shell, half):
        assert "resume()" in form
    assert "resume()" in UserRunPages([half]).card.value


def test_a_fresh_process_without_a_service_shows_the_very_same(
    history: History, shell: InteractiveShell
) -> None:
    """From the folder alone."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from threadlab.journal.workspace import Workspace\n"
        "from threadlab.widgets.user_runs.user_run_card import render_html, user_run_card\n"
        "workspace = Workspace(Path(sys.argv[1]))\n"
        "said = workspace.annotations(sys.argv[2])\n"
        "sys.stdout.buffer.write(render_html(user_run_card(workspace.record(sys.argv[2]), said)).encode())\n"
        "assert not {'azure.ai.agents', 'azure.core'} & set(sys.modules), 'a service was loaded'\n"
    )
    one: UserRun = history[1]
    command = [sys.executable, "-c", program, str(Path(history.workspace.folder)), one.id]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.decode().split("</style>")[1] == shown(shell, one)[0]
