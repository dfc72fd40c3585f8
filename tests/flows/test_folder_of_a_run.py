"""What lies in the folder of a flow's run, file by file, and what it says."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from threadlab.connect.connect import connect
from threadlab.flows import (
    AgentComponent,
    AgentNode,
    AgentRunner,
    CommandNode,
    Conditional,
    Flow,
    ObservabilitySettings,
    Parallel,
    PythonNode,
    RunContext,
)

LOG = logging.getLogger("test.folder")


def outline(topic: str) -> list[str]:
    """Two points, with a word to Python's logging."""
    LOG.warning("it is about %s", topic)
    return [f"{topic} {number}" for number in (1, 2)]


def length(text: str) -> int:
    """In words."""
    return len(text.split())


ROOT = AgentComponent(
    "writer",
    [
        Flow(
            "draft",
            [
                PythonNode("outline", outline),
                AgentNode("text", prompt="Say hello {{ outline }}", instructions="Be brief."),
            ],
        ),
        Parallel(
            "checks",
            [
                PythonNode("words", length, inputs={"text": "draft.text"}),
                CommandNode(
                    "lines", ["sh", "-c", "wc -l; echo a hint >&2; echo x > out.txt"], stdin="{{ draft }}"
                ),
            ],
        ),
        Conditional("way", lambda: "short", [PythonNode("long", lambda: 1), PythonNode("short", lambda: 2)]),
    ],
    inputs=["topic"],
)

NODES = {
    "writer.draft.outline": "writer.draft",
    "writer.draft.text": "writer.draft",
    "writer.checks.words": "writer.checks",
    "writer.checks.lines": "writer.checks",
    "writer.way": "",
    "writer.way.short": "writer.way",
}
"""Each node that ran, and the component around it ("" for the run itself)."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunContext]:
    """A run that is over, with an input file and a profile."""
    project = tmp_path_factory.mktemp("project")
    (project / "static_inputs").mkdir()
    (project / "static_inputs" / "data.csv").write_text("a,b\n")
    (project / "resources.toml").write_text('[dear]\nmodel = "large-model"\ntemperature = 0.5\n')
    settings = ObservabilitySettings(loggers=("test.folder",), level=logging.WARNING)
    with connect(seed=3, pace=0) as lab:
        context = RunContext(
            ROOT,
            lab=lab,
            project_root=project,
            inputs={"topic": "tides"},
            profile="dear",
            observability_settings=settings,
        )
        with context:
            AgentRunner(ROOT, context).run()
        yield context


def lines(run: RunContext, name: str) -> list[dict[str, Any]]:
    """The lines of a file in `.trace/`."""
    return [json.loads(line) for line in (run.env_params.trace_dir / name).read_text().splitlines()]


def test_each_node_has_a_folder_at_its_path_with_its_result(run: RunContext) -> None:
    """D18: the hierarchy of folders is that of components; what was not chosen has none; files lie beside."""
    folder = run.env_params.run_dir
    found = {".".join(path.relative_to(folder).parts[:-1]) for path in folder.rglob("result.json")}
    assert found == set(NODES)
    told = {path: json.loads(_file(folder, path).read_text()) for path in found}
    assert told["writer.draft.outline"]["result"] == ["tides 1", "tides 2"]
    assert all((one["path"], one["status"]) == (path, "completed") for path, one in told.items())
    assert told["writer.draft.text"]["model"] == "large-model", "D36: the node shows which model it used"
    assert (folder / "writer" / "checks" / "lines" / "files" / "out.txt").read_text() == "x\n"


def test_the_trace_is_a_span_a_line_and_parents_resolve_along_the_hierarchy(run: RunContext) -> None:
    """D13: one root; the parent of each node's span is the span of the component around it."""
    spans = {span["span_id"]: span for span in lines(run, "trace.jsonl")}
    roots = [span for span in spans.values() if span["parent_id"] is None]
    assert [span["name"] for span in roots] == ["invoke_workflow writer"]
    of = {span["path"]: span for span in spans.values()}
    parents = {path: spans[of[path]["parent_id"]]["path"] for path in NODES}
    assert parents == {path: "" if above == "" else above for path, above in NODES.items()}
    assert {span["trace_id"] for span in spans.values()} == {roots[0]["trace_id"]}
    asked = of["writer.draft.text"]
    assert asked["name"] == "invoke_agent text"
    assert asked["attributes"]["gen_ai.request.temperature"] == 0.5, "what the profile set"


def test_metrics_have_the_duration_of_each_span_and_counters(run: RunContext) -> None:
    """D14: with the ids of the spans that they are of."""
    spans, found = lines(run, "trace.jsonl"), lines(run, "metrics.jsonl")
    durations = {one["span_id"]: one["value"] for one in found if one["name"].endswith("operation.duration")}
    assert durations == {span["span_id"]: pytest.approx(span["seconds"], abs=1e-5) for span in spans}
    counts = {one["name"].rpartition(".")[2]: one["value"] for one in found if "user_run" in one["name"]}
    assert (counts["agent_calls"], counts["tool_calls"]) == (1, 0)
    assert counts["tokens"] == run.record.usage.total_tokens > 0


def test_each_line_of_the_log_has_the_run_and_a_span_that_is_there(run: RunContext) -> None:
    """D15: what a node logged, and what a command said aside, stand at the node's own span."""
    ids = {span["span_id"]: span["path"] for span in lines(run, "trace.jsonl")}
    told = lines(run, "logs.jsonl")
    assert all(line["run_id"] == run.run_id and line["span_id"] in ids for line in told)
    at = {line["text"]: ids[line["span_id"]] for line in told}
    assert at["a hint"] == "writer.checks.lines"
    assert at["phase: execution"] == "" and "it is about tides" in at


def test_the_metadata_tell_status_times_rerun_and_error(run: RunContext) -> None:
    """D16: of a run that was no rerun and had no error, that."""
    told = json.loads((run.env_params.trace_dir / "dad_metadata.json").read_text())
    assert (told["run_id"], told["status"], told["error_msg"]) == (run.run_id, "completed", None)
    assert (told["is_rerun"], told["previous_run_id"], told["start_hierarchy_path"]) == (False, None, None)
    times = [datetime.fromisoformat(told[name]) for name in ("created_at", "started_at", "completed_at")]
    assert times == sorted(times) and times[0] < times[-1]
    again = run.rerun_from("writer.way")
    with again:
        AgentRunner(ROOT, again).run()
    told = json.loads((again.env_params.trace_dir / "dad_metadata.json").read_text())
    assert (told["previous_run_id"], told["start_hierarchy_path"]) == (run.run_id, "writer.way")


def test_the_inputs_of_the_run_lie_in_static_inputs(run: RunContext) -> None:
    """D17: the project's files, and what the run was given."""
    folder = run.env_params.run_dir / "static_inputs"
    assert (folder / "data.csv").read_text() == "a,b\n"
    assert json.loads((folder / "inputs.json").read_text()) == {"topic": "tides"}


def _file(folder: Path, path: str) -> Path:
    return folder.joinpath(*path.split("."), "result.json")
