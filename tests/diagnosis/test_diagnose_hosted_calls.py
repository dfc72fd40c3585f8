"""Runs whose calls the service answers itself: what ended them is not what went well before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.shop import SHOP, Shop
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.hosted import Json, Setting, ToolFailed
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.diagnosis.diagnose import diagnose
from threadlab.following.wait import wait


class Closed(Shop):
    """A shop that nobody can reach."""

    def list_tools(self, setting: Setting) -> Json:
        """Not today."""
        raise ToolFailed("the shop could not be asked")


def search(request: Request) -> Any:
    """Search, then answer at length."""
    return "word " * 2000 if request.rounds else [Call("file_search", '{"query": "roses"}')]


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab whose model searches, and whose server is gone."""
    monkeypatch.setattr("threadlab.backend.reach.Mcp", lambda *_: Closed())
    with connect(target=Local(seed=1, pace=0), completer=FromFunction(search)) as lab:
        yield lab


def test_a_run_that_expired_behind_a_search_was_not_waiting_for_it(lab: Lab) -> None:
    """The search was done: it never has an output, only results."""
    store = lab.vector_stores.create(files=[lab.files.upload(b"Roses are red.", name="a.md")])
    resources = {"file_search": {"vector_store_ids": [store.id]}}
    agent = lab.create_agent(tools=[{"type": "file_search"}], tool_resources=resources)
    lab.workbench.faults.add("expire:seconds=2")
    thread = lab.threads.create(messages=[{"role": "user", "content": "Roses?"}])
    run = wait(lab.runs.create(thread.id, agent.id))
    steps = [(step.type, step.status) for step in run.steps()]
    assert (run.status, steps) == ("expired", [("tool_calls", "completed"), ("message_creation", "expired")])
    assert diagnose(run).reason == "expired_at_work"


def test_a_run_that_could_not_reach_a_server_did_not_fail_by_its_model(lab: Lab) -> None:
    """It says what could not be reached, and to mend that."""
    agent = lab.create_agent(tools=[SHOP])
    thread = lab.threads.create(messages=[{"role": "user", "content": "Roses?"}])
    told = diagnose(wait(lab.runs.create(thread.id, agent.id)))
    assert (told.reason, told.status) == ("tool_failed", "failed")
    assert "the shop could not be asked" in told.found
    assert "mend it" in told.next
