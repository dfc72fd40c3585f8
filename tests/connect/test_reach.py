from __future__ import annotations

from typing import Any

import pytest

from threadlab.backend.completer.port import Call, Text
from threadlab.connect.connect import connect
from threadlab.connect.reach import reach_from, servers_from
from threadlab.connect.targets import Served
from threadlab.errors import NotInThisService, SettingsError


class Searches:
    """A model that searches the web once."""

    stand_in, instant = "a test's completer", True

    def complete(self, request: Any) -> Any:
        """The answer."""
        if not request.rounds:
            return [Call("bing_grounding", '{"query": "weather"}')]
        return [Text(request.rounds[-1][0].output)]


def test_servers_hosts_and_scripts_are_read_as_people_write_them() -> None:
    """A URL, a command as text or as a list, a host in any case."""
    reach = reach_from(
        {"a": "https://example.org/mcp", "b": "python 'my server.py'", "c": ["python", "-m", "x"]},
        ["API.example.org", "localhost:8080", "[::1]:80"],
        {"bing_grounding": "rain"},
    )
    assert reach.mcp_servers["a"].url == "https://example.org/mcp"
    assert reach.mcp_servers["b"].command == ("python", "my server.py")
    assert reach.mcp_servers["c"].command == ("python", "-m", "x")
    assert reach.openapi_hosts == ("api.example.org", "localhost:8080", "[::1]:80")
    assert reach_from(openapi_hosts="one.example").openapi_hosts == ("one.example",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mcp_servers": {"my server": "x"}}, "label"),
        ({"mcp_servers": {"a": ""}}, "needed"),
        ({"mcp_servers": {"a": "http://"}}, "no host"),
        ({"mcp_servers": {"a": "python '"}}, "quot"),
        ({"openapi_hosts": ["https://api.example.org"]}, "no host"),
        ({"openapi_hosts": ["user@api.example.org"]}, "no host"),
        ({"openapi_hosts": ["api.example.org/v1"]}, "no host"),
        ({"openapi_hosts": ["a:b"]}, "no host"),
        ({"scripted_tools": {"file_search": "x"}}, "only on Azure"),
    ],
)
def test_what_cannot_be_reached_or_scripted_is_refused(given: Any, words: str) -> None:
    """When the lab is made, not when a run needs it."""
    with pytest.raises(SettingsError, match=words):
        connect(seed=1, **given)


def test_an_option_without_a_label_is_refused() -> None:
    """It says how to write it; a URL may have further equals signs."""
    assert servers_from(["a=https://example.org/mcp?x=1"]) == {"a": "https://example.org/mcp?x=1"}
    with pytest.raises(SettingsError, match="names no MCP server"):
        servers_from(["https://example.org/mcp"])


@pytest.mark.parametrize(
    "given",
    [
        {"mcp_servers": {"a": "python x.py"}},
        {"openapi_hosts": ["a.example"]},
        {"scripted_tools": {"bing_grounding": "x"}},
    ],
)
def test_elsewhere_it_is_not_decided_here(given: Any) -> None:
    """The hint names the server's own options."""
    with pytest.raises(NotInThisService) as refusal:
        connect(target=Served(endpoint="http://127.0.0.1:1/api/projects/local", key="k"), **given)
    assert "serve --mcp" in str(refusal.value.hint)


def test_a_lab_runs_a_scripted_tool_of_the_cloud() -> None:
    """An agent of the real SDK, to its answer."""
    with connect(
        seed=1, completer=Searches(), scripted_tools={"bing_grounding": lambda query: f"{query}: rain"}
    ) as lab:
        tool: Any = {"type": "bing_grounding", "bing_grounding": {"search_configurations": []}}
        agent = lab.sdk.create_agent(model="stand-in", tools=[tool])
        thread = lab.sdk.threads.create()
        lab.sdk.messages.create(thread.id, role="user", content="Will it rain?")
        run = lab.sdk.runs.create_and_process(thread.id, agent_id=agent.id, polling_interval=0)
        assert run.status == "completed"
        (answer,) = [one for one in lab.sdk.messages.list(thread.id) if one.role == "assistant"]
        assert answer.text_messages[0].text.value == "weather: rain"
