"""Endpoints of resource profiles: a node's agent is asked at another service, and nothing else changes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.conftest import MakesContext
from tests.server_process import ServerProcess
from threadlab.connect.lab import Lab
from threadlab.errors import SettingsError
from threadlab.flows import AgentComponent, AgentNode, AgentRunner, Parallel, PythonNode, RunContext
from threadlab.tools.tool import tool

PROFILES = """
[here]
model = "small"

[there]
endpoint = "${THE_SERVER}"
key = "${THE_KEY}"
model = "large"
"""


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"rain in {city}"


def shout(hello: str) -> str:
    """Loudly."""
    return hello.upper()


FLOW = AgentComponent(
    "agent",
    [
        AgentNode("hello", prompt="Say hello {{ topic }}", instructions="Be brief."),
        PythonNode("shout", shout),
        AgentNode("weather", prompt="What is the weather in Oslo?", tools=[get_weather]),
    ],
    inputs=["topic"],
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A service in another process."""
    serving = ServerProcess("--pace", "0", store=tmp_path_factory.mktemp("server") / "store.sqlite")
    yield serving
    serving.process.terminate()
    serving.process.wait(30)


@pytest.fixture(autouse=True)
def profiles(project: Path, server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that leaves all to the lab, and one with an endpoint."""
    (project / "resources.toml").write_text(PROFILES)
    monkeypatch.setenv("THE_SERVER", server.endpoint)
    monkeypatch.setenv("THE_KEY", server.key)


def done(run: RunContext) -> object:
    """Its result."""
    with run:
        return AgentRunner(run.tree.root, run).run()


def test_the_same_flow_runs_at_the_endpoint_of_another_profile(
    context: MakesContext, lab: Lab, project: Path, server: ServerProcess
) -> None:
    """Results are the same; the lab is not asked, the record says where, and no key is on disk."""
    here = context(FLOW, inputs={"topic": "x"}, profile="here")
    there = context(FLOW, inputs={"topic": "x"}, profile="there")
    result, asked = done(here), lab.wire.count
    assert done(there) == result and "rain in Oslo" in str(result)
    assert lab.wire.count == asked
    assert here.record.config.elsewhere == {}
    place = f"local, served at 127.0.0.1:{server.port}"
    assert there.record.config.elsewhere == {"agent.hello": place, "agent.weather": place}
    assert [call.run.model for call in there.record.calls if call.run] == ["large", "large"]
    assert [use.output for use in there.record.tools] == ["rain in Oslo"]
    files = [path for path in (project / "runs").rglob("*") if path.is_file()]
    assert not [path for path in files if os.environ["THE_KEY"].encode() in path.read_bytes()]
    _, listed = server.call(
        "GET", f"{server.endpoint.removeprefix(server.address)}/assistants?api-version=v1"
    )
    assert listed["data"] == [], "the agents that were made there for the nodes are gone"


def test_nodes_of_one_flow_are_at_different_services_and_reruns_take_over_from_both(
    context: MakesContext, lab: Lab
) -> None:
    """A profile of its own for a node; both at the same time."""
    near = AgentNode("near", prompt="Say near", instructions="Be brief.")
    far = AgentNode("far", prompt="Say far", instructions="Be brief.", profile="there")
    root = AgentComponent("agent", [Parallel("both", [near, far]), PythonNode("last", lambda: "end")])
    first = context(root)
    assert done(first) == "end"
    assert {call.path: call.output for call in first.record.calls} == {
        "agent.both.near": "near",
        "agent.both.far": "far",
    }
    told = json.loads((first.env_params.run_dir / "run.json").read_text())
    assert list(told["config"]["elsewhere"]) == ["agent.both.far"]
    asked = lab.wire.count
    again = first.rerun_from("agent.last")
    assert done(again) == "end" and lab.wire.count == asked
    assert all(call.reused for call in again.record.calls)


def test_an_endpoint_that_cannot_be_used_stops_the_run_before_it_begins(
    context: MakesContext, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unset variable, and an address that is no service's."""
    monkeypatch.delenv("THE_SERVER")
    with pytest.raises(SettingsError, match="THE_SERVER"):
        context(FLOW, profile="there").setup_run()
    monkeypatch.setenv("THE_SERVER", "nowhere")
    with pytest.raises(SettingsError, match="is no endpoint of a server"):
        context(FLOW, profile="there").setup_run()
    assert not (project / "runs").exists()
