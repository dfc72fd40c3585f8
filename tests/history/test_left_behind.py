"""What is left behind when something goes wrong: nothing that is half done, and no word unsaid."""

from __future__ import annotations

import threading
from threading import get_ident

import pytest

from tests.history.conftest import Weather, every_file
from tests.history.test_interrupting import OSLO
from tests.journal.faulty_files import FaultyFiles
from threadlab.connect.lab import Lab
from threadlab.errors import BranchBusy, HistoryError, Unavailable, UserRunFinal
from threadlab.history.history import History
from threadlab.history.work import recorded_round
from threadlab.history.work.handle import current_user_run
from threadlab.journal.fact import Logged, Queued
from threadlab.journal.values import Trigger
from threadlab.tools.tool import tool


def test_an_error_of_our_own_leaves_no_call_half_done(history: History) -> None:
    """The call has its end, its tool call a result, and the service's run is over, whatever went wrong."""

    class Broken(Weather):
        def begin(self, calls: object, time: object) -> object:
            raise RuntimeError("the toolbox fell over")

        @property
        def definitions(self) -> list[object]:
            return [self.tool.definition]

    main = history.branch("main", tools=Broken())  # type: ignore[arg-type]
    turn = main.ask(OSLO)
    (call,) = turn.calls
    assert (turn.status, call.status) == ("failed", "failed") and "fell over" in turn.record.error.message  # type: ignore[union-attr]
    assert [use.ok for use in turn.tools] == [False] and turn.usage.total_tokens > 0
    assert call.run is not None
    assert history.lab.runs.get(call.run.thread_id, call.run.id).status == "cancelled"


def test_a_head_that_was_left_in_the_middle_is_not_passed_by_in_silence(
    history: History, weather: Weather, caplog: pytest.LogCaptureFixture
) -> None:
    """It holds nobody up, and what to do is said. Gone on with, it is in the context of what comes next."""
    main = history.branch("main", tools=[weather.tool])
    for seen in main.follow("My name is Ada."):
        if getattr(getattr(seen, "fact", None), "run_id", ""):
            break
    left = main.head
    assert left is not None and left.is_stalled
    assert main.ask("What is my name?").output != "Your name is Ada."
    assert f"user run {left.id} was left in the middle" in caplog.text and "resume()" in caplog.text
    left.resume()
    assert main.ask("What is my name?").output == "Your name is Ada."


def test_nobody_waits_for_himself(here: Lab) -> None:
    """Events that are half drawn hold the branch: an error says so, and nothing is written."""
    history = History(here)
    main = history.branch("main")
    events = main.follow("Hi")
    next(events)
    next(events)
    with pytest.raises(BranchBusy, match="was begun here, and is half done"):
        main.ask("And now?")
    claimed = history.branch("other").start("Hi", thread_policy="reject")
    with pytest.raises(BranchBusy, match="half done"):
        history.branch("other").ask("And now?")
    claimed.close()
    assert len(history) == 2 and len(list(events)) > 0
    assert main.ask("And now?").status == history.branch("other").ask("And now?").status == "completed"


@pytest.mark.parametrize("trigger", ["schedule", Trigger(type="cron")])  # type: ignore[arg-type]
def test_what_could_not_be_read_again_is_never_written(here: Lab, trigger: Trigger) -> None:
    """The error names the field, and no folder is left behind."""
    history = History(here)
    with pytest.raises(HistoryError, match="trigger"):
        history.branch("main").ask("Hi", trigger=trigger)
    assert history.workspace.ids() == () and list(history) == []
    assert history.branch("main").ask("Hi").status == "completed"


def test_a_broken_folder_hides_none_of_the_others(here: Lab) -> None:
    """It is listed as what it is, and left out where records are wanted."""
    history = History(here)
    first, second, third = (history.branch("main").ask(text) for text in ("One.", "Two.", "Three."))
    log = history.workspace.open(second.id).folder / "events.jsonl"
    log.write_text(log.read_text().replace('"type":"began"', '"type":"bgan"'))
    again = History(here, history.folder)
    assert [run.id for run in again] == [first.id, third.id] and len(again) == 2
    assert again[1].id == first.id and again[-1].id == third.id and again[1].children == ()
    assert [one.id for one in again.search(status="unreadable")] == [second.id]


def test_a_service_that_is_away_for_a_while_ends_nothing(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its run lives on: the call stays open, what the tool gave is kept, and resume() goes on with it."""
    history = History(here)
    asked: list[str] = []

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        asked.append(city)
        here.workbench.faults.add("drop:times=99")
        return f"sunny in {city}"

    main = history.branch("main", tools=[get_weather])
    with pytest.raises(Unavailable) as away:
        main.ask(OSLO)
    here.workbench.faults.clear()
    assert any("resume()" in note for note in away.value.__notes__)
    turn = main.head
    assert turn is not None and turn.is_stalled and turn.calls[0].status == "in_progress"
    assert [use.output for use in turn.tools] == ["sunny in Oslo"]
    assert turn.resume().status == "completed" and asked == ["Oslo"] and len(turn.calls) == 1


def test_a_head_that_waits_names_the_answer_and_not_the_policy_that_was_used(here: Lab) -> None:
    """Waiting in the queue would be for ever."""
    main = History(here).branch("main", tools=[Weather(approve=True).tool])
    turn = main.ask(OSLO)
    with pytest.raises(BranchBusy, match="waits for an answer") as busy:
        main.ask("Hello?")
    assert f'history["{turn.id}"].answer(' in busy.value.hint and '"enqueue"' not in busy.value.hint


def test_whoever_watches_and_fails_is_told_how_to_go_on(here: Lab) -> None:
    """Any error of a callback, not Ctrl-C alone."""

    def watching(seen: object) -> None:
        raise ValueError("no screen")

    main = History(here).branch("main")
    with pytest.raises(ValueError, match="no screen") as problem:
        main.ask("Hi", on_event=watching)
    assert any("resume()" in note for note in problem.value.__notes__)


def test_a_tool_that_hangs_does_not_hold_up_the_end_for_ever(
    here: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can end a thread: after a while it is left, and the log says so."""
    monkeypatch.setattr(recorded_round, "PATIENCE_WITH_TOOLS", 0.2)
    running, go_on = threading.Event(), threading.Event()

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        running.set()
        go_on.wait(30)
        return "sunny"

    history = History(here)
    execution = history.branch("main", tools=[get_weather]).start(OSLO)
    work = threading.Thread(target=lambda: list(execution.follow()))
    work.start()
    running.wait(10)
    history[execution.id].cancel("enough")
    work.join(10)
    is_over = not work.is_alive()
    go_on.set()
    work.join(10)
    turn = history[execution.id]
    assert is_over and turn.status == "cancelled"
    assert ["whether it had its effect is not known" in (use.output or "") for use in turn.tools] == [True]
    texts = [entry.fact.text for entry in turn.record.entries if isinstance(entry.fact, Logged)]
    assert "get_weather did not come to its end: left" in texts


def test_a_secret_in_an_input_hides_nothing_from_replay(here: Lab) -> None:
    """It is recorded as hidden, and asked for as hidden; sent again it is hidden, and the log says so."""
    main = History(here).branch("main")
    turn = main.ask("My key is sk-proj-abcdefghijklmnopqrstuvwxyz012345.")
    assert "sk-proj" not in turn.record.received.input
    assert turn.replay().output == turn.output
    later = main.ask("And now?")
    assert {call.thread_id for call in later.calls} == {turn.calls[0].thread_id}, "its thread still holds it"
    again = turn.retry()
    warned = [one.fact.text for one in again.record.entries if isinstance(one.fact, Logged)]
    assert any("[hidden] in its place" in text for text in warned), warned


def test_an_agent_that_is_made_again_has_what_its_tools_work_on(here: Lab) -> None:
    """Its copy keeps the resources, and the new one is given them."""
    store = here.vector_stores.create(name="notes")
    resources = {"file_search": {"vector_store_ids": [store.id]}}
    agent = here.create_agent(name="agent", tools=[{"type": "file_search"}], tool_resources=resources)
    main = History(here).branch("main", agents=agent)
    here.delete_agent(agent.id)
    main.ask("Hello.")
    (made,) = [one for one in here.list_agents() if one.name == "agent"]
    assert made.id != agent.id and made.tool_resources == resources


def test_a_tool_that_wakes_up_after_the_end_has_no_effect(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told so, whatever it tries; no ticket is issued that nobody knows of, and no file is kept."""
    monkeypatch.setattr(recorded_round, "PATIENCE_WITH_TOOLS", 0.1)
    history, wake, tried = History(here), threading.Event(), list[str]()
    started, all_tried = threading.Event(), threading.Event()

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        at_work = current_user_run()
        started.set()
        wake.wait(20)
        for effect in (
            lambda: at_work.promote("city", city),
            lambda: at_work.keep("a picture", b"<svg/>"),
            lambda: at_work.ticket("the forecast"),
        ):
            try:
                effect()
            except UserRunFinal as problem:
                tried.append(problem.message)
        all_tried.set()
        return "sunny"

    def cancel() -> None:
        started.wait(20)
        History(here, history.folder)[-1].cancel("too slow")

    canceller = threading.Thread(target=cancel)
    canceller.start()
    turn = history.branch("main", tools=[get_weather]).ask(OSLO)
    canceller.join()
    before = every_file(history.folder)
    wake.set()
    assert all_tried.wait(20) and turn.status == "cancelled"
    assert len(tried) == 3 and all("comes too late" in one for one in tried)
    assert every_file(history.folder) == before and list(history.tickets) == []


def test_one_that_was_killed_while_it_waited_does_not_wait_for_itself(here: Lab) -> None:
    """Its place in the queue is still there when it is taken up, and is its own."""
    history = History(here)
    first = history.branch("main", instructions="Be brief.").start("Hi")
    mortal = FaultyFiles(at=0, how="before", kills=True)
    waiting = History(here, history.folder, files=mortal).branch("main").start("And now?")
    at_work, waits = first.follow(), waiting.follow()
    while history.branch("main").head is None:
        next(at_work)
    while not isinstance(waiting.open_run.directory.last.fact, Queued):
        next(waits)
    mortal.died_in = get_ident()
    waits.close()
    assert len(list(history.folder.glob(".locks/main.queue/*"))) == 1
    assert len(list(at_work)) > 0 and history[waiting.id].is_stalled
    assert history[waiting.id].resume().status == "completed"
    assert list(history.folder.glob(".locks/main.queue/*")) == []
