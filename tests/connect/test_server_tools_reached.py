"""Server tools where learners reach them: `connect(server_tools=…)` and `threadlab serve --tools`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import serving
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.server_tools import create_specialist, tools_in
from threadlab.connect.serving import Serving
from threadlab.connect.targets import Azure, Local, Served
from threadlab.errors import NotInThisService, SettingsError
from threadlab.following.wait import wait
from threadlab.objects.run import Run
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox

HERE = Local(seed=7, pace=0)


@tool
def opening_hours(place: str) -> dict[str, str]:
    """The opening hours of a place in town.

    Args:
        place: what kind of place, such as museum or library.
    """
    return {"place": place, "opens": "10:00"}


@tool(approve=True)
def book(place: str) -> str:
    """Book a ticket for a place."""
    raise AssertionError("nobody approved it")


def answered(lab: Lab, question: str, given: Sequence[Any], **options: Any) -> Run:
    """The run of an agent with these tools, over."""
    agent = lab.create_agent(instructions="Answer briefly.", tools=given)
    thread = lab.threads.create(messages=[{"role": "user", "content": question}])
    return wait(lab.runs.create(thread.id, agent.id), **options)


def test_the_rules_call_a_server_tool_like_any_other_and_nobody_is_asked() -> None:
    """The run never waits for outputs, and its step has the output all the same."""
    with connect(target=HERE, server_tools=[opening_hours]) as lab:
        run = answered(lab, "What are the opening hours of the museum?", [opening_hours])
        assert run.status == "completed"
        (call,) = run.steps()[0].tool_calls
        assert json.loads(call.output or "")["opens"] == "10:00"
        assert "10:00" in run.messages()[-1].text
        seen = {one.status for one in lab.workbench.truth(run).transitions}
        assert "requires_action" not in seen


def test_one_run_may_have_tools_of_both_kinds() -> None:
    """What the backend has is run there, the rest waits for this side."""

    @tool
    def ticket_price(place: str) -> str:
        """The price of a ticket for a place in town."""
        return "12 euros"

    def both(request: Request) -> Any:
        calls = [Call("opening_hours", '{"place": "museum"}'), Call("ticket_price", '{"place": "museum"}')]
        return [called.output for called in request.rounds[-1]] if request.rounds else calls

    with connect(target=HERE, server_tools=[opening_hours], completer=FromFunction(both)) as lab:
        run = answered(lab, "?", [opening_hours, ticket_price], tools=Toolbox(ticket_price))
        assert [call.output for call in run.steps()[0].tool_calls] == [
            '{"place":"museum","opens":"10:00"}',
            "12 euros",
        ]


def test_arguments_are_checked_and_what_needs_approval_is_not_run() -> None:
    """Both are outputs that the model reads."""

    def wrongly(request: Request) -> Any:
        calls = [Call("opening_hours", '{"town": "Oslo"}'), Call("book", '{"place": "museum"}')]
        return "sorry" if request.rounds else calls

    with connect(target=HERE, server_tools=[opening_hours, book], completer=FromFunction(wrongly)) as lab:
        rejected, refused = answered(lab, "?", [opening_hours, book]).steps()[0].tool_calls
        assert "the arguments of opening_hours do not fit" in (rejected.output or "")
        assert "must be approved" in (refused.output or "")


def test_an_agent_hands_a_task_to_a_specialist_that_is_made_for_it() -> None:
    """K30: the call names the specialist's agent, thread and run, and its answer is the output."""

    def model(request: Request) -> Any:
        if not request.tools:
            return f"[{request.instructions}] {request.messages[-1].text}"
        wish = {"name": "poet", "instructions": "You rhyme.", "task": "roses"}
        calls = [Call("create_specialist", json.dumps(wish))]
        return [called.output for called in request.rounds[-1]] if request.rounds else calls

    with connect(target=HERE, server_tools=[create_specialist], completer=FromFunction(model)) as lab:
        (call,) = answered(lab, "A poem!", [create_specialist]).steps()[0].tool_calls
        assert call.output == "[You rhyme.] roses"
        where = call.detail["function"]
        assert lab.get_agent(where["assistant_id"]).name == "poet"
        assert lab.runs.get(where["thread_id"], where["run_id"]).status == "completed"


@pytest.mark.parametrize("again", [False, True], ids=["the same process", "a later process"])
def test_a_clean_up_finds_the_specialist_and_its_thread(tmp_path: Path, again: bool) -> None:
    """What the backend made for a run follows the run's thread; that of another's thread is another's."""
    target = Local(store=tmp_path / "store.sqlite", pace=0) if again else HERE

    def model(request: Request) -> Any:
        if request.rounds or not request.tools:
            return "Roses."
        wish = {"name": "poet", "instructions": "You rhyme.", "task": "roses"}
        return Call("create_specialist", json.dumps(wish))

    with connect(target=target, server_tools=[create_specialist], completer=FromFunction(model)) as lab:
        theirs = lab.sdk.threads.create()
        answered(lab, "A poem!", [create_specialist])
        agent = lab.create_agent(tools=[create_specialist])
        lab.messages.create(theirs.id, content="A poem!")
        (call,) = wait(lab.runs.create(theirs.id, agent.id)).steps()[0].tool_calls
        of_others = {theirs.id, call.detail["function"]["thread_id"], call.detail["function"]["assistant_id"]}
        lab = lab if not again else connect(target=target)
        assert len(lab.cleanup().deleted) == 5
        assert {one.id for one in lab.quota().objects} == of_others
        lab.close()


def plain(place: str) -> str:
    """A function."""
    return place


async def later(place: str) -> str:
    """A coroutine function."""
    return place


@pytest.mark.parametrize(
    ("tools", "complaint"),
    [
        ([plain, plain], "two server tools are called plain"),
        ([later], "later is asynchronous"),
        ([tool(later)], "later is asynchronous"),
        (["plain"], "is no server tool"),
    ],
)
def test_what_cannot_be_a_server_tool_is_refused(tools: Any, complaint: str) -> None:
    """Before a lab is made."""
    with pytest.raises(SettingsError, match=complaint):
        connect(target=HERE, server_tools=tools)


@pytest.mark.parametrize(
    "target",
    [
        Azure(endpoint="https://a.invalid/api/projects/p", model="m"),
        Served(endpoint="http://127.0.0.1:1/api/projects/p", key="k"),
    ],
)
def test_a_service_elsewhere_runs_no_function_of_this_process(target: Azure | Served) -> None:
    """The error names both alternatives."""
    with pytest.raises(NotInThisService, match="tools") as caught:
        connect(target=target, server_tools=[plain])
    assert "serve --tools" in caught.value.hint


TOOLS_FILE = """
from threadlab import tool
from threadlab.connect.server_tools import create_specialist

@tool
def opening_hours(place: str) -> str:
    \"\"\"The opening hours of a place in town.\"\"\"
    return "10:00 to 18:00"

def helps() -> None: ...
"""


def test_a_server_has_the_tools_of_a_file(tmp_path: Path) -> None:
    """For every client; only what @tool made is one, and create_specialist if the file has it."""
    path = tmp_path / "town.py"
    path.write_text(TOOLS_FILE)
    assert [getattr(one, "name", "") for one in tools_in(path)] == ["create_specialist", "opening_hours"]
    with (
        serving("--tools", str(path), "--pace", "0", store=tmp_path / "store.sqlite") as server,
        connect(target=Served(endpoint=server.endpoint, key=server.key)) as lab,
    ):
        run = answered(lab, "What are the opening hours of the museum?", [opening_hours])
        assert [call.output for call in run.steps()[0].tool_calls] == ["10:00 to 18:00"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "there are no tools at"),
        ("x = 1", "has no tool"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_file_that_gives_no_tools_is_refused(tmp_path: Path, text: str | None, complaint: str) -> None:
    """Before the server opens its store."""
    path = tmp_path / "town.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=complaint):
        Serving(store=tmp_path / "store.sqlite", pace=0, tools=path).run(lambda server: None)
    assert not (tmp_path / "store.sqlite").exists()


def test_a_file_of_plain_functions_gives_its_own(tmp_path: Path) -> None:
    """Neither what it imports nor what begins with an underscore."""
    path = tmp_path / "plain.py"
    path.write_text("from os.path import join\ndef one(): ...\ndef _two(): ...\n")
    assert [one.__name__ for one in tools_in(path)] == ["one"]  # type: ignore[union-attr]
