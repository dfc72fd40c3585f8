"""User runs as files: given away, brought in elsewhere, and gone on with there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history.conftest import Weather
from tests.history.test_interrupting import OSLO
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.conversation.conversation import Conversation
from threadlab.errors import UnknownUserRun
from threadlab.history.history import History
from threadlab.history.work.handle import current_user_run
from threadlab.tools.tool import tool


def test_a_thread_as_one_file_is_gone_on_with_elsewhere(history: History, tmp_path: Path) -> None:
    """Replayed without a request, and asked on: what was said is known."""
    main = history.branch("main")
    main.ask("My name is Ada.")
    main.ask("Hello.")
    main.export(tmp_path / "main.zip")
    elsewhere = History(history.lab, tmp_path / "elsewhere")
    done = elsewhere.import_(tmp_path / "main.zip")
    assert done.branches == ("main",) and set(done.hashes) == {run.id for run in main.runs}
    assert elsewhere[-1].replay().output == main.runs[-1].output
    assert elsewhere.branch("main").ask("What is my name?").output == "Your name is Ada."


def test_one_user_run_without_its_branch_is_replayed_and_forked(here: Lab, tmp_path: Path) -> None:
    """To make it again live it needs a branch, and the error says how to make one."""
    turn = History(here).branch("main").ask("My name is Ada.")
    turn.export(tmp_path / "one.zip")
    elsewhere = History(here, tmp_path / "elsewhere")
    elsewhere.import_(tmp_path / "one.zip")
    found = elsewhere[turn.id]
    (tmp_path / "elsewhere" / "branches" / "main.jsonl").unlink()
    assert found.replay().output == turn.output
    with pytest.raises(UnknownUserRun, match="which is not in this folder") as error:
        found.retry()
    assert f'history.branch("main", at=history["{turn.id}"])' in error.value.hint
    fork = elsewhere.branch("main", at=found)
    assert fork.ask("What is my name?").output == "Your name is Ada."
    assert found.retry().status == "completed"


def test_a_kept_conversation_becomes_a_branch_to_go_on_with(here: Lab, tmp_path: Path) -> None:
    """By the same verb, and with its agent."""
    talk = Conversation(here, instructions="Be brief.")
    talk.ask("My name is Ada.")
    talk.export(tmp_path / "talk.json")
    history = History(here)
    history.branch("main")
    assert history.import_(tmp_path / "talk.json").branches == ("main 2",)
    assert history.branch("main 2").ask("What is my name?").output == "Your name is Ada."


def test_what_was_kept_comes_along_with_what_is_reused(here: Lab) -> None:
    """The file under its hash is in the new user run, too, the same one on the disk."""

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        current_user_run().keep("map.svg", b"<svg/>")
        return "sunny"

    history = History(here)
    main = history.branch("main", tools=[get_weather])
    turn = main.ask(f"{OSLO}\n@agent Thanks.")
    (kept,) = turn.record.artifacts
    reused = turn.rerun("2")
    edited = turn.edit(instructions="Be brief.").rerun()
    for again in (turn.replay(), reused, edited):
        assert again.record.artifacts == (kept,) and kept.path == "1"
        folder = history.workspace.open(again.id).folder
        assert (folder / "artifacts" / kept.sha256).read_bytes() == b"<svg/>"
    original = history.workspace.open(turn.id).folder / "artifacts" / kept.sha256
    assert original.stat().st_nlink == 4


def test_a_replay_stands_behind_its_original(here: Lab, weather: Weather) -> None:
    """Also where the clock stands still between the two."""
    history = History(here)
    turn = history.branch("main", tools=[weather.tool]).ask(OSLO)
    replays = [turn.replay().id for _ in range(5)]
    assert [run.id for run in history] == [turn.id, *replays] == [one.id for one in history.records()]


def test_seeded_histories_in_one_folder_do_not_collide(tmp_path: Path) -> None:
    """The same seed gives the same ids; where one is taken, the next."""
    ids = []
    for _ in range(2):
        with connect(target=Local(seed=7, pace=0)) as lab:
            history = History(lab, tmp_path / "runs")
            ids += [history.branch("main").ask("Hello.").id, history.branch("main").ask("Hello.").id]
    assert len(set(ids)) == 4 and [run.status for run in history] == ["completed"] * 4
    assert len(history.branch("main").runs) == 4
