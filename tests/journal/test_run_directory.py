"""A user run as a folder: what lies in it, and that no secret does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.journal import story
from threadlab.errors import HistoryError, LeaseHeld, UnknownUserRun
from threadlab.journal.annotations import FeedbackGiven, MetadataSet, Tagged
from threadlab.journal.branch_log import BranchMade
from threadlab.journal.fact import (
    CallEnded,
    CallStarted,
    Ended,
    Interrupted,
    Logged,
    Observed,
    Promoted,
    ScratchSet,
    UnitEnded,
    UnitStarted,
)
from threadlab.journal.run_id import is_run_id, new_run_id
from threadlab.journal.values import Command, Config
from threadlab.journal.workspace import Workspace
from threadlab.objects.agent import Agent
from threadlab.objects.event import MessageArrived, ToolFinished
from threadlab.objects.fault import Fault
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.objects.usage import Usage

SECRETS = {
    "environment": "correct-horse-battery",
    "key": "sk-0123456789abcdefghij",
    "bearer": "abcdefghijklmnopqrstuvwxyz012345",
    "account": "bXkgYWNjb3VudCBrZXkgaXMgc2VjcmV0Cg",
    "address": "dbuser:dbpassword",
    "named": "hunter2hunter2",
    "service_bus": "c2hhcmVkIGFjY2VzcyBrZXkK",
}
PLANTED = (
    f"use {SECRETS['environment']} and {SECRETS['key']}, Authorization: Bearer {SECRETS['bearer']}; "
    f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRETS['account']}==;x "
    f"postgres://{SECRETS['address']}@host/db password={SECRETS['named']} "
    f"Endpoint=sb://x.example/;SharedAccessKeyName=Root;SharedAccessKey={SECRETS['service_bus']}= "
    f'{{"client_secret": "{SECRETS["named"]}"}} {json.dumps(json.dumps({"password": SECRETS["named"]}))}'
)


def _lines(folder: Path, name: str) -> list[Any]:
    return [json.loads(line) for line in (folder / name).read_bytes().splitlines()]


def test_the_folder_holds_what_a_reader_looks_for(workspace: Workspace) -> None:
    """Plain files, of which all but the log, the annotations and the artifacts are read off it."""
    folder = workspace.folder / story.write_story(workspace)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {name for name in files if not name.startswith((".lock", "artifacts"))} == {
        *("events.jsonl", "run.json", "messages.jsonl", "steps.jsonl", "tools.jsonl"),
        *("static_inputs/input.txt", "tour/plan/map/result.json"),
        *(".trace/trace.jsonl", ".trace/metrics.jsonl", ".trace/logs.jsonl", ".trace/dad_metadata.json"),
    }
    glance = json.loads((folder / "run.json").read_bytes())
    assert (glance["status"], glance["usage"]["total_tokens"]) == ("completed", 67)
    assert [one["role"] for one in _lines(folder, "messages.jsonl")] == ["user", "assistant"]
    assert [one["status"] for one in _lines(folder, "steps.jsonl")] == ["in_progress", "completed"]
    (tool,) = _lines(folder, "tools.jsonl")
    assert (tool["path"], tool["output"], tool["seconds"]) == ("1.get_weather.1", '{"sky":"blue"}', 0.5)
    assert json.loads((folder / "tour/plan/map/result.json").read_bytes())["error"]["code"] == "no_map"
    assert (folder / "static_inputs/input.txt").read_text("utf-8") == glance["input"]
    (artifact,) = (folder / "artifacts").iterdir()
    assert artifact.read_bytes() == b"<svg/>" and artifact.name == glance["artifacts"][0]["sha256"]


def test_the_old_metadata_tell_status_times_rerun_and_error(workspace: Workspace) -> None:
    """D16: the fields that DAD wrote."""
    id = story.new_id(workspace)
    received = story.received(id, verb="rerun", base="turn-20231114-220000-0000", reuse="before 2.x")
    directory = workspace.create(received, story.NOON)
    directory.append(Ended(status="failed", output="", error=Fault("boom", "it broke")), story.NOON + 2)
    directory.close()
    metadata = json.loads((directory.folder / ".trace/dad_metadata.json").read_bytes())
    assert metadata == {
        "run_id": id,
        "status": "failed",
        "created_at": "2023-11-14T22:13:20.000+00:00",
        "started_at": None,
        "completed_at": "2023-11-14T22:13:22.000+00:00",
        "is_rerun": True,
        "previous_run_id": "turn-20231114-220000-0000",
        "start_hierarchy_path": "2.x",
        "reuse": "before 2.x",
        "error_msg": "it broke",
        "error_code": "boom",
    }


def test_the_trace_has_a_span_for_each_unit_and_every_parent_is_there(workspace: Workspace) -> None:
    """D13: user run, agent call, run steps, tool call, node, in the words of OpenTelemetry."""
    spans = _lines(workspace.folder / story.write_story(workspace), ".trace/trace.jsonl")
    by_id = {span["span_id"]: span for span in spans}
    assert len(by_id) == len(spans) and len({span["trace_id"] for span in spans}) == 1
    assert [span["operation"] for span in spans] == [
        *("invoke_workflow", "node", "invoke_agent", "chat", "chat", "execute_tool")
    ]
    assert spans[0]["parent_id"] is None
    parents = [by_id[span["parent_id"]]["operation"] for span in spans[1:]]
    assert parents == ["invoke_workflow", "invoke_workflow", "invoke_agent", "invoke_agent", "invoke_agent"]
    assert spans[2]["attributes"]["gen_ai.conversation.id"] == "thread_1"
    assert (spans[0]["seconds"], spans[1]["status"], spans[5]["seconds"]) == (8.0, "error", 0.5)


def test_measurements_and_log_lines_name_their_span(workspace: Workspace) -> None:
    """D14: durations and counters are there. D15: each line carries the user run's id and a span's."""
    id = story.write_story(workspace)
    spans = {span["span_id"]: span for span in _lines(workspace.folder / id, ".trace/trace.jsonl")}
    measured = _lines(workspace.folder / id, ".trace/metrics.jsonl")
    logged = _lines(workspace.folder / id, ".trace/logs.jsonl")
    assert {one["run_id"] for one in (*measured, *logged)} == {id}
    assert {one["span_id"] for one in (*measured, *logged)} <= spans.keys()
    values = {one["name"]: one["value"] for one in measured}
    assert values["threadlab.user_run.tokens"] == 67 and values["threadlab.user_run.tool_calls"] == 1
    of_tokens = [one["value"] for one in measured if one["name"] == "gen_ai.client.token.usage"]
    assert sum(of_tokens) == values["threadlab.user_run.tokens"]
    assert any(one["name"] == "gen_ai.client.operation.duration" and one["value"] == 0.5 for one in measured)
    assert len(logged) == len(workspace.open(id).entries())
    (looked,) = [one for one in logged if one["text"] == "the tool looked out of the window"]
    assert spans[looked["span_id"]]["operation"] == "execute_tool" and looked["level"] == "INFO"


def test_a_pause_writes_the_projections_too(workspace: Workspace) -> None:
    """Whoever is asked can look at what happened so far."""
    directory = workspace.create(story.received(story.new_id(workspace)), story.NOON)
    assert not (directory.folder / "run.json").exists()
    directory.append(Interrupted(id="1", kind="input", question="Which city?"), story.NOON)
    glance = json.loads((directory.folder / "run.json").read_bytes())
    assert glance["interrupts"][0]["question"] == "Which city?"
    directory.close()


def test_a_component_s_agent_call_has_a_folder_of_its_path(workspace: Workspace) -> None:
    """D18; a turn's agent call has none, and no path leaves the folder."""
    id = story.new_id(workspace)
    directory = workspace.create(story.received(id, body="flow tour"), story.NOON)
    for path in ("tour.plan.ask", "../../out"):
        directory.append(CallStarted(path=path, agent="a", prompt="p", request="r"), story.NOON)
        ended = CallEnded(path=path, status="completed", output="done", usage=Usage(), seconds=1.0)
        directory.append(ended, story.NOON)
    directory.append(UnitStarted(path="artifacts.x", request="r"), story.NOON)
    directory.append(UnitEnded(path="artifacts.x", status="completed"), story.NOON)
    directory.append(Ended(status="completed", output=""), story.NOON)
    directory.close()
    assert json.loads((directory.folder / "tour/plan/ask/result.json").read_bytes())["result"] == "done"
    assert not (directory.folder / "artifacts").exists()
    assert [path.name for path in workspace.folder.parent.iterdir()] == ["runs"]


def test_invariant_10_twenty_user_runs_in_one_kernel_have_each_a_whole_trace(
    workspace: Workspace,
) -> None:
    """D8: two at a time, in threads."""

    def write(seed: int) -> str:
        return story.write_story(workspace, seed, f"question {seed}")

    with ThreadPoolExecutor(2) as pool:
        ids = list(pool.map(write, range(20)))
    assert sorted(ids) == list(workspace.ids()) and len(set(ids)) == 20
    traces = [_lines(workspace.folder / id, ".trace/trace.jsonl") for id in ids]
    assert {len(trace) for trace in traces} == {6}
    assert len({trace[0]["trace_id"] for trace in traces}) == 20
    for seed, id in enumerate(ids):
        texts = [one["text"] for one in _lines(workspace.folder / id, ".trace/logs.jsonl")]
        assert texts[0] == f"received by user on branch main: question {seed}"
        assert sum(text.startswith("received by") for text in texts) == 1


def _planted(workspace: Workspace) -> Iterator[Path]:
    """A user run with secrets wherever a text can stand; its folder, and the branches'."""
    id = story.new_id(workspace)
    agent = Agent(id="a", model="m", name="guide", instructions=PLANTED, metadata={"note": PLANTED})
    config = Config(
        place="p",
        protocol="classic",
        agents={"guide": agent},
        options={"api_key": SECRETS["named"], "headers": {"Authorization": SECRETS["bearer"]}},
        tools=({"function": {"parameters": {"properties": {"token": {"type": "string"}}}}},),
    )
    command = Command(text=PLANTED, agent="guide")
    directory = workspace.create(
        story.received(id, PLANTED, config=config, commands=(command,), inputs={"in": PLANTED}), story.NOON
    )
    call = ToolCall(id="c", name="t", arguments=json.dumps({"q": PLANTED, "password": SECRETS["named"]}))
    fault = Fault("boom", PLANTED)
    output = ToolOutput("c", json.dumps({"token": SECRETS["named"], "text": PLANTED}))
    for fact in (
        CallStarted(path="1", agent="guide", prompt=PLANTED, request="r"),
        Observed(path="1", event=ToolFinished(at=1.0, call=call, output=output, ok=True, seconds=1.0)),
        Observed(path="1", event=MessageArrived(at=1.0, message=story.message(PLANTED * 500))),
        ScratchSet(key="database_password", value=SECRETS["named"]),
        Promoted(key="x", value={"secret": SECRETS["named"], SECRETS["key"]: [PLANTED]}),
        Logged(level="info", text=PLANTED),
        CallEnded(path="1", status="failed", output=PLANTED, usage=Usage(), seconds=1.0, error=fault),
    ):
        directory.append(fact, story.NOON)
    directory.keep(f"report {PLANTED}.txt", b"harmless", story.NOON)
    directory.append(
        Ended(status="failed", output=PLANTED, error=fault, decisions=(PLANTED,), reason=PLANTED), story.NOON
    )
    directory.close()
    workspace.annotate(id, Tagged(tag=SECRETS["key"]), story.NOON)
    workspace.annotate(id, MetadataSet(key="db_password", value=SECRETS["named"]), story.NOON)
    workspace.annotate(id, FeedbackGiven(rating=1, comment=PLANTED), story.NOON)
    workspace.branches.make("main", BranchMade(config=config), story.NOON)
    workspace.index.list()
    yield from (path for path in workspace.folder.rglob("*") if path.is_file())


def test_no_secret_is_in_any_byte_of_the_workspace(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, bearer tokens, connection strings, in all texts, keys, names and errors, and in the index."""
    monkeypatch.setenv("SOME_API_KEY", SECRETS["environment"])
    files = list(_planted(workspace))
    assert len(files) > 15
    for path in files:
        content = path.read_bytes() + str(path).encode()
        found = [name for name, secret in SECRETS.items() if secret.encode() in content]
        assert not found, f"{path.relative_to(workspace.folder)} holds the secret: {found}"


def test_redaction_leaves_what_is_no_secret(workspace: Workspace) -> None:
    """Ordinary words, counts of tokens, and the names of a tool's parameters."""
    parameters = {"properties": {"token": {"type": "string"}, "key": {"type": "string"}}}
    value = {"prompt_tokens": 5, "key": "C major", "parameters": parameters, "text": "Basic questions first"}
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    directory.append(ScratchSet(key="plain", value=value), story.NOON)
    directory.close()
    assert workspace.record(id).scratch["plain"] == value


def test_an_id_tells_its_kind_and_its_time_and_repeats_with_its_chance(workspace: Workspace) -> None:
    """Seeded lessons repeat; two user runs of one second differ."""
    first = new_run_id(story.NOON, Random(1), "trial")
    assert first == new_run_id(story.NOON, Random(1), "trial") and first.startswith("trial-20231114-221320-")
    assert is_run_id(first) and not is_run_id("../x") and not is_run_id("branches")
    chance = Random(1)
    ids = []
    for _ in range(3):
        ids.append(workspace.new_id(story.NOON, chance))
        workspace.create(story.received(ids[-1]), story.NOON).close()
    assert len(set(ids)) == 3
    for prefix in ("", "../x", "Turn", "a" * 41):
        with pytest.raises(HistoryError, match="cannot begin the id"):
            new_run_id(story.NOON, Random(1), prefix)


def test_an_id_is_taken_once_and_an_unknown_one_is_named(workspace: Workspace) -> None:
    """The folder's making is what counts; the hint names one that is alike."""
    id = story.write_story(workspace)
    with pytest.raises(HistoryError, match="is the id of another user run"):
        workspace.create(story.received(id), story.NOON)
    for unknown in ("nothing", "../..", id[:-4] + "zzzz"):
        with pytest.raises(UnknownUserRun) as raised:
            workspace.record(unknown)
        assert "the latest is" in raised.value.hint
    with pytest.raises(UnknownUserRun) as raised:
        workspace.open(id[-4:])
    assert raised.value.hint == f"did you mean {id}?"


def test_a_user_run_is_removed_whole_but_not_under_its_writer(workspace: Workspace) -> None:
    """Afterwards nobody sees it, and what an earlier removal left is swept."""
    id = story.write_story(workspace)
    writer = workspace.writer(id)
    with pytest.raises(LeaseHeld):
        workspace.remove(id)
    writer.close()
    (workspace.folder / f".removed-{id[:-4]}zzzz").mkdir()
    workspace.remove(id)
    assert workspace.ids() == () and workspace.index.list() == ()
    assert not list(workspace.folder.glob(".removed-*"))


def test_user_runs_of_the_same_instant_are_listed_as_they_came(workspace: Workspace) -> None:
    """Whatever their ids are: a clock that stands still puts none before its original."""
    ids = []
    for seed in range(8):
        ids.append(story.new_id(workspace, seed))
        workspace.create(story.received(ids[-1]), story.NOON).close()
    assert ids != sorted(ids)
    assert [one.id for one in workspace.index.list(newest_first=False)] == ids
    earlier = story.new_id(workspace, 99, story.NOON - 5)
    directory = workspace.create(story.received(earlier), story.NOON - 5)
    directory.close()
    assert workspace.record(earlier).created_at == story.NOON - 5, "a time of its own stays as it is"


def test_what_a_crash_left_is_swept_by_a_rebuild_when_it_is_old(workspace: Workspace) -> None:
    """Young parts may be somebody's who is just writing."""
    id = story.write_story(workspace)
    old, young = (workspace.folder / id / f".run.json.{n}-1.part" for n in (1, 2))
    arriving = workspace.folder / ".arriving-turn-x"
    arriving.mkdir()
    for path in (old, young):
        path.write_bytes(b"{")
    for path in (old, arriving):
        os.utime(path, (1, 1))
    workspace.rebuild()
    assert (old.exists(), young.exists(), arriving.exists()) == (False, True, False)
