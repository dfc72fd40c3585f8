"""Following into a log."""

from __future__ import annotations

import logging

import pytest

from tests.backend_client import FUNCTION, Scene
from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.following.log_steps import log_steps
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


@tool
def weather(city: str) -> str:
    """How the weather is."""
    if city == "Bergen":
        raise RuntimeError("no station there")
    return "sunny"


def test_steps_tools_and_retries_are_lines_of_a_log(caplog: pytest.LogCaptureFixture) -> None:
    """F37, F38: what happened can be read afterwards, failures louder than the rest."""
    caplog.set_level(logging.INFO, logger="threadlab.runs")
    with connect(target=Local(seed=1, pace=0), completer=Scene(), faults=["drop:read run:times=4"]) as lab:
        agent = lab.create_agent(tools=[FUNCTION])
        thread = lab.threads.create(messages=[{"role": "user", "content": "How is the weather?"}])
        run = log_steps(lab.runs.create(thread.id, agent.id), tools=Toolbox(weather))
    assert run.status == "completed"
    lines = [record.getMessage() for record in caplog.records]
    assert all(run.id in line for line in lines)
    assert any("tool_calls is in_progress weather(" in line for line in lines)
    assert any("message_creation is completed msg_" in line for line in lines)
    loud = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any("again in" in line and "connection was closed" in line for line in loud)
    assert any("tool weather failed" in line and "no station there" in line for line in loud)


def test_a_failed_run_is_an_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """With the service's own words."""
    with connect(target=Local(seed=1, pace=0), completer=Scene(), faults=["rate_limit"]) as lab:
        agent = lab.create_agent()
        thread = lab.threads.create(messages=[{"role": "user", "content": "Hello?"}])
        log_steps(lab.runs.create(thread.id, agent.id))
    (error,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "is failed: Rate limit is exceeded" in error
