"""A lab that was closed: it says so, and nothing is written for what it cannot do any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server_process import ServerProcess
from threadlab.connect.connect import connect
from threadlab.connect.targets import Local, Served, Target
from threadlab.errors import LabClosed
from threadlab.history.history import History


@pytest.fixture(params=["in this process", "served"])
def target(request: pytest.FixtureRequest) -> Target:
    """Each service in turn."""
    if request.param == "served":
        server: ServerProcess = request.getfixturevalue("server")
        return Served(endpoint=server.endpoint, key=server.key)
    return Local(seed=7, pace=0)


def test_a_closed_lab_refuses_and_the_history_stays_as_it_is(target: Target, tmp_path: Path) -> None:
    """Verbs of the lab, of the SDK and of user runs; what needs no service goes on."""
    with connect(target=target) as lab:
        history = History(lab, tmp_path / "runs", on_plan=None)
        main = history.branch("main", instructions="Answer briefly.")
        first = main.ask("Hello")
    for ask in (
        lab.create_agent,
        lab.sdk.threads.create,
        lab.openai().files.list,
        lambda: main.ask("And now?"),
        first.retry,
    ):
        with pytest.raises(LabClosed, match="this lab is closed"):
            ask()
    assert [one.id for one in history] == [first.id]
    assert first.replay().output == first.output
