"""`threadlab runs retry | resume | answer | cancel`: go on with a user run from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import Result

from tests.history.conftest import Weather
from tests.wide_page import on_a_wide_page
from threadlab.cli.app import app
from threadlab.connect.connect import connect
from threadlab.errors import HistoryError, ToolDefinitionError, UserRunFinal
from threadlab.history.history import History


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a store of its own, which every command of it opens."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def runs(*arguments: str) -> Result:
    """A verb on a wide page."""
    return on_a_wide_page(app, ["runs", *arguments])


def test_an_answer_is_on_disk_and_whoever_has_the_functions_goes_on(project: Path) -> None:
    """A command line has no functions: it says so, and what to say where they are."""
    weather = Weather(approve=True)
    with connect() as lab:
        turn = History(lab).branch("main", tools=[weather.tool]).ask("How is the weather in Oslo?")
    refused = runs("resume", turn.id, "--yes").exception
    assert isinstance(refused, ToolDefinitionError) and f'history["{turn.id}"].resume()' in refused.hint
    assert isinstance(runs("answer", turn.id, "maybe").exception, HistoryError)
    answered = runs("answer", turn.id, "approve")
    assert answered.exit_code == 0 and f'history["{turn.id}"].resume()' in answered.stdout
    again = runs("answer", turn.id, "approve").exception
    assert isinstance(again, HistoryError) and "it asks nothing" in again.message
    with connect() as lab:
        history = History(lab, on_plan=None)
        history.branch("main", tools=[weather.tool])
        assert history[1].resume().status == "completed" and weather.asked == ["Oslo"]


def test_what_was_left_is_gone_on_with_after_its_plan(project: Path) -> None:
    """Retry and resume show their plan, and do it only with --yes; cancel ends what nobody goes on with."""
    with connect() as lab:
        main = History(lab).branch("main", instructions="Be brief.")
        first = main.ask("Hello.")
        main.start("My name is Ada.").close()
        left = History(lab)[2]
    assert runs("resume", left.id).stdout.startswith(f"resume of {left.id}: reuse nothing; execute unit 1")
    assert left.status == "queued"
    done = runs("resume", left.id, "--yes")
    assert done.exit_code == 0 and f"{left.id} is completed: Nice to meet you, Ada." in done.stdout
    assert isinstance(runs("resume", left.id, "--yes").exception, UserRunFinal)
    assert "is completed" in runs("retry", first.id, "--yes").stdout
    with connect() as lab:
        History(lab).branch("main").start("Hello again.").close()
    assert runs("cancel", "--why", "not needed").stdout.strip().endswith("is cancelled")
    assert "it was over before" in runs("cancel").stdout
    assert runs("list", "--status", "cancelled").stdout.count("turn-") == 1
