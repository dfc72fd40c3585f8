"""Runs that wait for approval, and nobody gives it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.shop import SHOP, Shop
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.diagnosis.diagnose import diagnose
from threadlab.errors import NobodyAnswers
from threadlab.following.wait import wait
from threadlab.tools.toolbox import Toolbox


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab with a shop in the place of its MCP servers, and a model that buys."""
    model = FromFunction(lambda request: "Done." if request.rounds else [Call("shop_buy", "{}")])
    monkeypatch.setattr("threadlab.backend.reach.Mcp", lambda *_: Shop())
    with connect(target=Local(seed=1, pace=0), completer=model) as lab:
        yield lab


def test_a_run_that_waits_for_approval_says_so_and_what_else_can_be_done(lab: Lab) -> None:
    """Following stops there, even with tools; the diagnosis names it, while it waits and once it expired."""
    agent = lab.create_agent(tools=[SHOP])
    thread = lab.threads.create(messages=[{"role": "user", "content": "Roses!"}])
    run = lab.runs.create(thread.id, agent.id)
    with pytest.raises(NobodyAnswers, match="waits for approval of buy of shop") as nobody:
        wait(run, tools=Toolbox())
    assert '"require_approval": "never"' in str(nobody.value.hint)
    told = diagnose(run)
    assert told.reason == "nobody_approves"
    assert "waits for approval of buy of shop" in told.found
    lab.time.sleep(600)
    ended = diagnose(run)
    assert ended.status == "expired"
    assert "nobody_approves" in ended
