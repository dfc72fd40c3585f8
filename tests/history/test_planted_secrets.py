"""Secrets planted wherever a person, a model or a tool can write: no file of the workspace has one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from threadlab.connect.lab import Lab
from threadlab.history.history import History
from threadlab.history.templates.template import Template
from threadlab.history.work.handle import current_user_run
from threadlab.journal.fact import Entry, Interrupted
from threadlab.tools.tool import tool

KNOWN = "zx81-spectrum-of-1982"
KEY = "sk-abcdefghijklmnopqrstuvwxyz0123"
BEARER = "dGhpcyBpcyBubyBzZWNyZXQ-reallynot"
NAMED = "correct horse battery staple"
PLANTED = f"{KNOWN} {KEY} Bearer {BEARER}"


def get_weather(city: str) -> str:
    """The weather in a city."""
    user_run = current_user_run()
    user_run.scratch["found"], user_run.scratch[KEY] = PLANTED, 1
    user_run.promote("found", {"all": [PLANTED], "password": NAMED})
    user_run.log(PLANTED)
    user_run.keep(f"file {KEY}", b"no secret")
    return f"{PLANTED} {user_run.ticket(f'the report {PLANTED}')}"


def sell(city: str) -> str:
    """Sell a city."""
    raise ValueError(f"{city} {PLANTED}")


def test_no_secret_is_in_any_file(here: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs, tools and errors, answers, reasons, tags, tickets, templates, traces, archives, the index."""
    monkeypatch.setenv("MY_API_KEY", KNOWN)
    history = History(here, tmp_path / "runs", on_plan=None)
    main = history.branch("main", instructions=f"Be brief. {PLANTED}", tools=[tool(get_weather), tool(sell)])
    turn = main.ask(f"How is the weather in Oslo? {PLANTED}")
    assert [use.ok for use in turn.tools] == [True] and KNOWN not in turn.output
    assert [use.ok for use in main.ask(f"Please sell Oslo. {PLANTED}").tools] == [False]
    _say_much_of(history, turn.id)
    history.tickets.complete(turn.record.tickets[0], {"password": NAMED, "all": PLANTED}, by=PLANTED)
    history.attend()
    turn.edit(input=f"Hello! {PLANTED}").rerun()
    _answer_and_cancel(history)
    history.templates.save(
        Template(name="own", input=f"{{{{ city }}}} {PLANTED}", parameters=("city",), defaults={"city": KEY})
    )
    history.export(tmp_path / "all.zip")
    History(here, tmp_path / "brought", on_plan=None).import_(tmp_path / "all.zip")
    zipfile.ZipFile(tmp_path / "all.zip").extractall(tmp_path / "unpacked")
    assert len(history.search("weather")) > 0 and history.workspace.rebuild() == {}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    found = [
        (str(path.relative_to(tmp_path)), secret)
        for path in files
        for secret in (KNOWN, KEY, BEARER, NAMED)
        if secret.encode() in path.read_bytes() or secret in str(path)
    ]
    assert found == [] and len(files) > 100


def _say_much_of(history: History, id: str) -> None:
    turn = history[id]
    turn.tag(KEY)
    turn.group(KNOWN)
    turn.note(f"note {KEY}", PLANTED)
    turn.note("password", NAMED)
    turn.rate(1, PLANTED)
    turn.summarise(PLANTED)
    turn.save_as_template("kept")


def _answer_and_cancel(history: History) -> None:
    """While somebody is at work: both are files for him."""
    asks = tool(approve=True)(get_weather)

    def answers(seen: object) -> None:
        if isinstance(seen, Entry) and isinstance(seen.fact, Interrupted):
            elsewhere = History(history.lab, history.folder, on_plan=None)
            elsewhere[-1].answer(f"deny: {PLANTED}")
            elsewhere[-1].cancel(PLANTED)

    turn = history.branch("asks", tools=[asks]).ask(
        f"How is the weather in Rome? {PLANTED}", on_event=answers
    )
    assert turn.status == "cancelled"
    assert (history.folder / turn.id / "stop.json").is_file()
    assert len(list((history.folder / turn.id / "answers").iterdir())) == 1
