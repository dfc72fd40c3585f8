"""RunContext and AgentRunner: a run's life, from its set-up to its end, on a real lab and a real folder."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import MakesContext
from threadlab.connect.lab import Lab
from threadlab.errors import CommandFailed, FlowDefinitionError, FlowError, HistoryError
from threadlab.flows.component import AgentComponent, AgentNode, CommandNode, Component, Flow, PythonNode
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.observability import ObservabilitySettings
from threadlab.flows.run_context import RunContext
from threadlab.flows.runner import AgentRunner
from threadlab.history.history import History
from threadlab.history.work.handle import current_user_run
from threadlab.journal.workspace import Workspace
from threadlab.tools.tool import tool


def points(topic: str) -> list[str]:
    """Two points."""
    return [f"{topic} {number}" for number in (1, 2)]


def agent(*children: Component) -> AgentComponent:
    """An agent with one flow."""
    return AgentComponent("agent", [Flow("flow", list(children))], inputs=["topic"])


WRITER = agent(
    PythonNode("points", points), AgentNode("text", prompt="Say hello {{ points }}", instructions="Be brief.")
)


def metadata(context: RunContext) -> dict[str, Any]:
    """What `.trace/dad_metadata.json` says."""
    told: dict[str, Any] = json.loads((context.env_params.trace_dir / "dad_metadata.json").read_text())
    return told


def test_a_run_from_set_up_to_completion(context: MakesContext, lab: Lab, project: Path) -> None:
    """D6, D11, D12, D18, D23, D24: the id with its prefix, the folders, the result, and the recorded end."""
    run = context(WRITER, inputs={"topic": "tides"})
    run_id = run.setup_run(run_id_prefix="test")
    assert run_id.startswith("test-") and run.env_params.run_dir == project / "runs" / run_id
    assert run.env_params.fill("{{ run_id }} in {{ run_root }}") == f"{run_id} in {project / 'runs'}"
    assert str(run.env_params.trace_dir) in str(run.env_params)
    with pytest.raises(FlowError, match=f"has set up {run_id} already"):
        run.setup_run()
    agents = len(list(lab.list_agents()))
    assert AgentRunner(WRITER, run).run() == "hello ['tides 1', 'tides 2']"
    assert run.complete_run(status="completed") == "completed"
    told = metadata(run)
    assert (told["status"], told["error_msg"]) == ("completed", None) and told["completed_at"]
    node = json.loads((run.env_params.run_dir / "agent" / "flow" / "points" / "result.json").read_text())
    assert node["result"] == ["tides 1", "tides 2"]
    assert run.outcomes.files(run_id)["agent/flow/text/result.json"] == b"\"hello ['tides 1', 'tides 2']\"\n"
    assert len(list(lab.list_agents())) == agents, "the agent that was made for the node is gone"
    assert [one.id for one in History(lab, project / "runs")] == [run_id]


@pytest.mark.parametrize("command", ["true", "false"])
def test_the_log_tells_five_phases_in_order(context: MakesContext, command: str) -> None:
    """D22: of a failed run too."""
    run = context(agent(CommandNode("node", [command])))
    run.setup_run()
    with suppress(CommandFailed):
        AgentRunner(run.tree.root, run).run()
    told = [json.loads(line) for line in (run.env_params.trace_dir / "logs.jsonl").read_text().splitlines()]
    phases = [line["text"].removeprefix("phase: ") for line in told if line["text"].startswith("phase: ")]
    assert phases == ["initialisation", "set-up", "execution", "artifact management", "completion"]
    assert all(line["run_id"] == run.run_id and line["span_id"] for line in told)


def test_a_failed_node_fails_the_run_and_its_error_is_on_disk(context: MakesContext, project: Path) -> None:
    """D25: nothing behind it ran, the caller sees the exception, and nobody can call the run completed."""
    root = agent(
        PythonNode("points", points),
        AgentNode("text", prompt="Say hello {{ points }}"),
        CommandNode("bad", ["sh", "-c", "echo no lamp >&2; exit 3"]),
        CommandNode("after", ["touch", str(project / "harm")]),
    )
    run = context(root, inputs={"topic": "x"})
    run.setup_run()
    with pytest.raises(CommandFailed, match="exit code 3: no lamp") as caught:
        AgentRunner(root, run).run()
    assert run.complete_run(status="failed", error_msg=str(caught.value)) == "failed"
    with pytest.raises(FlowError, match="cannot be recorded as completed"):
        run.complete_run(status="completed")
    told = metadata(run)
    assert told["status"] == "failed" and "exit code 3: no lamp" in told["error_msg"]
    assert not (project / "harm").exists()
    assert "agent/flow/text/result.json" in run.outcomes.files(run.run_id)


def test_what_a_failed_run_has_cost_is_counted(context: MakesContext) -> None:
    """The tokens of the agent that answered before, and those of the agent that did not get to its end."""
    cut_off = AgentNode("cut_off", prompt="Say hello my friend", options={"max_completion_tokens": 1})
    root = agent(AgentNode("text", prompt="Say hello"), cut_off)
    run = context(root)
    with pytest.raises(HistoryError, match="cut_off did not answer"), run:
        AgentRunner(root, run).run()
    answered, failed = (call.usage.total_tokens for call in run.record.calls)
    assert answered > 0 < failed
    assert run.record.usage.total_tokens == answered + failed
    metrics = (run.env_params.trace_dir / "metrics.jsonl").read_text().splitlines()
    counted = {told["name"]: told["value"] for told in map(json.loads, metrics)}
    assert counted["threadlab.user_run.tokens"] == answered + failed


@pytest.mark.parametrize("result", [True, None, {"rows": [1, 2.5, "x"]}, ""])
def test_run_returns_the_result_of_the_component(context: MakesContext, result: Any) -> None:
    """D23: whatever it is, and nothing else; it is what lies on disk."""
    root = agent(PythonNode("node", lambda: result))
    with context(root) as run:
        assert AgentRunner(root, run).run() == result
    told = json.loads((run.env_params.run_dir / "agent" / "flow" / "node" / "result.json").read_text())
    assert told["result"] == result


def test_a_run_that_was_only_set_up_ends_as_it_is_told(context: MakesContext) -> None:
    """But it cannot be completed, for nothing was executed."""
    run = context(WRITER)
    with pytest.raises(FlowError, match="call setup_run"):
        run.complete_run()
    run.setup_run()
    with pytest.raises(FlowError, match="nothing was executed"):
        run.complete_run(status="completed")
    assert run.complete_run(status="failed", error_msg="the lamp is out") == "failed"
    assert metadata(run)["error_msg"] == "the lamp is out"


def test_setting_up_twice_and_running_twice_are_refused(context: MakesContext) -> None:
    """Each run has a context of its own."""
    with context(WRITER, inputs={"topic": "x"}) as run:
        with pytest.raises(FlowError, match=r"has set up run-.* already"):
            run.setup_run()
        with pytest.raises(FlowError, match="not what the context was made for"):
            AgentRunner(agent(PythonNode("points", points)), run)
        AgentRunner(WRITER, run).run()
        with pytest.raises(FlowError, match="was executed already"):
            AgentRunner(WRITER, run).run()


def test_documented_defaults(monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    """D5: where nothing is said."""
    monkeypatch.chdir(project)
    run = RunContext(WRITER)
    assert (run.root_component_id, run.project_root, run.run_root) == ("agent", project, project / "runs")
    assert run.get_resource_config().get_model().model is None
    assert run.observability_settings.loggers == ()
    assert not project.joinpath("runs").exists(), "nothing is written before the set-up"
    with pytest.raises(FlowDefinitionError):
        RunContext(agent())


def test_the_context_closes_with_the_block_and_keeps_the_error(context: MakesContext) -> None:
    """An error of the block before the run ends the run as failed, with that text."""
    with pytest.raises(ZeroDivisionError), context(WRITER) as run:
        1 / 0  # noqa: B018 - the error is what is wanted
    assert (run.record.status, metadata(run)["error_msg"]) == ("failed", "division by zero")


def test_inputs_are_copied_in_and_outputs_recorded(context: MakesContext, project: Path) -> None:
    """D7, D17: a node keeps a file, and so does the caller."""

    def keeps() -> str:
        current_user_run().keep("notes.txt", b"from the node")
        return "kept"

    (project / "static_inputs").mkdir()
    (project / "static_inputs" / "data.csv").write_text("a,b\n")
    with context(agent(PythonNode("keeps", keeps))) as run:
        run.keep_output("deep/report.md", "from the caller")
        AgentRunner(run.tree.root, run).run()
    assert (run.env_params.run_dir / "static_inputs" / "data.csv").read_text() == "a,b\n"
    assert {one.name for one in run.record.artifacts} == {"deep/report.md", "notes.txt"}
    files = run.outcomes.files(run.run_id)
    assert (files["artifacts/deep/report.md"], files["artifacts/notes.txt"]) == (
        b"from the caller",
        b"from the node",
    )


def test_a_kept_file_of_any_name_is_in_the_outcome_and_never_outside_of_it(context: MakesContext) -> None:
    """D7: a name that cannot be a path there is the hash of what the file holds."""
    with context(agent(PythonNode("points", points)), inputs={"topic": "x"}) as run:
        for name in ("a//b.txt", "c", "c/d.txt", "../e.txt", "/f.txt", ".GIT/g", "", "h\0"):
            run.keep_output(name, f"from {name}")
        AgentRunner(run.tree.root, run).run()
    kept = {path.removeprefix("artifacts/"): text for path, text in run.outcomes.files(run.run_id).items()}
    assert (kept["a/b.txt"], kept["c/d.txt"]) == (b"from a//b.txt", b"from c/d.txt")
    hashed = {one.name for one in run.record.artifacts if kept.get(one.sha256) == f"from {one.name}".encode()}
    assert hashed == {"c", "../e.txt", "/f.txt", ".GIT/g", "", "h\0"}


def test_twenty_runs_in_one_process_have_each_their_own_files(context: MakesContext) -> None:
    """D8: trace, metrics and logs of the last are as whole as those of the first."""
    sizes = []
    for _ in range(20):
        with context(agent(PythonNode("points", points)), inputs={"topic": "x"}) as run:
            AgentRunner(run.tree.root, run).run()
        lines = {
            name: (run.env_params.trace_dir / f"{name}.jsonl").read_text()
            for name in ("trace", "metrics", "logs")
        }
        assert all(f'"{run.run_id}"' in lines[name] for name in ("metrics", "logs"))
        sizes.append({name: text.count("\n") for name, text in lines.items()})
    assert sizes[0] == sizes[-1] and all(sizes[0].values())


def test_lines_from_the_level_on_are_recorded_whatever_the_logger_lets_through(context: MakesContext) -> None:
    """D8: without a level it is INFO, which Python's loggers keep to themselves; afterwards they do again."""
    log = logging.getLogger("test.flows.quiet")

    def speak() -> int:
        log.info("it goes well")
        log.debug("in every detail")
        return 1

    with context(
        agent(PythonNode("speak", speak)),
        observability_settings=ObservabilitySettings(loggers=("test.flows",)),
    ) as run:
        AgentRunner(run.tree.root, run).run()
    text = (run.env_params.trace_dir / "logs.jsonl").read_text()
    assert "it goes well" in text and "in every detail" not in text
    assert (logging.getLogger("test.flows").level, log.isEnabledFor(logging.INFO)) == (logging.NOTSET, False)


def test_two_that_begin_in_the_same_instant_have_each_an_id(
    context: MakesContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw that the id was free: who made the folder has it, and the other draws the next."""
    root = AgentComponent("agent", [PythonNode("say", lambda: 1)])
    first, second = context(root), context(root, branch="other")
    drawn = [first.setup_run()]
    real = Workspace.new_id
    monkeypatch.setattr(Workspace, "new_id", lambda *given: drawn.pop() if drawn else real(*given))
    assert second.setup_run() != first.run_id
    assert not drawn and [AgentRunner(root, one).run() for one in (first, second)] == [1, 1]


def test_two_runs_at_the_same_time_do_not_mix(context: MakesContext) -> None:
    """Each has its own lines of Python's logging, its own spans, its own environment, and the parent none."""
    meeting = threading.Barrier(2, timeout=20)
    log = logging.getLogger("test.flows")
    settings = ObservabilitySettings(loggers=("test.flows",), level=logging.WARNING)

    def speak(topic: str) -> str:
        meeting.wait()
        log.warning("it is about %s", topic)
        meeting.wait()
        return topic

    def where() -> str | None:
        return os.environ.get("TOPIC")

    runs: dict[str, RunContext] = {}

    def work(topic: str) -> None:
        root = agent(PythonNode("speak", speak), PythonNode("where", where, isolated=True))
        runs[topic] = context(root, inputs={"topic": topic}, branch=topic, observability_settings=settings)
        runs[topic].setup_run()
        AgentRunner(root, runs[topic]).run()

    threads = [threading.Thread(target=work, args=(topic,)) for topic in ("tides", "moon")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    log.warning("nobody's line")
    for topic, other in (("tides", "moon"), ("moon", "tides")):
        text = (runs[topic].env_params.trace_dir / "logs.jsonl").read_text()
        assert f"it is about {topic}" in text and f"it is about {other}" not in text and "nobody" not in text
        assert runs[other].run_id not in text
    assert "TOPIC" not in os.environ


async def test_two_isolated_runs_at_once_see_each_their_own_environment_and_folder(
    context: MakesContext, tmp_path: Path
) -> None:
    """D2, D20: functions and commands alike; each run is recorded, and this process is as it was."""
    before, here = dict(os.environ), os.getcwd()

    def meet(mark: str, other: str) -> list[str | None]:
        (tmp_path / mark).touch()
        until = time.monotonic() + 20
        while not (tmp_path / other).exists() and time.monotonic() < until:
            time.sleep(0.01)
        return [os.environ.get("MARK"), os.getcwd(), str((tmp_path / other).exists())]

    async def isolated(mark: str, other: str) -> list[Any]:
        nodes = [PythonNode("meet", meet), CommandNode("said", ["sh", "-c", "echo $MARK; pwd; cd /"])]
        root = AgentComponent("agent", nodes, inputs=["mark", "other"])
        run = context(root, branch=mark, inputs={"mark": mark, "other": other})
        run.setup_run()
        (tmp_path / f"in_{mark}").mkdir()
        async with IsolatedExecution(env={"MARK": mark}, cwd=tmp_path / f"in_{mark}") as execution:
            await execution.run(AgentRunner(root, run))
        assert run.complete_run() == "completed"
        return [unit.result for unit in run.record.units]

    seen = await asyncio.gather(isolated("a", "b"), isolated("b", "a"))
    for mark, (met, said) in zip("ab", seen, strict=True):
        folder = str(tmp_path / f"in_{mark}")
        assert (met, said) == ([mark, folder, "True"], f"{mark}\n{folder}\n")
    assert (dict(os.environ), os.getcwd()) == (before, here)


def test_another_profile_is_another_model_for_the_same_tree(
    context: MakesContext, lab: Lab, project: Path
) -> None:
    """D34, D36, D37: the record shows which model each node used, and the service heard it."""
    (project / "resources.toml").write_text(
        '[cheap]\nmodel = "small-model"\n[dear]\nmodel = "large-model"\ntemperature = 0.5\n'
    )
    for profile, model, temperature in (("cheap", "small-model", None), ("dear", "large-model", 0.5)):
        with context(WRITER, inputs={"topic": "x"}, profile=profile) as run:
            AgentRunner(WRITER, run).run()
        assert run.record.config.agents["agent.flow.text"].model == model
        (call,) = run.record.calls
        assert call.run is not None
        native = lab.sdk.runs.get(call.run.thread_id, call.run.id)
        assert (native.model, native.temperature) == (model, temperature)


def test_a_nodes_tools_answer_its_agent_alone(context: MakesContext) -> None:
    """Each call is recorded below the node's path, and a rerun from behind it makes none."""
    asked: list[str] = []

    @tool
    def weather(city: str) -> str:
        """The weather in a city."""
        asked.append(city)
        return f"rain in {city}"

    root = agent(
        AgentNode("with_tools", prompt="What is the weather in Oslo?", instructions="Help.", tools=[weather]),
        AgentNode("without", prompt="What is the weather in Rome?", instructions="Help."),
    )
    with context(root) as run:
        AgentRunner(root, run).run()
    assert asked == ["Oslo"]
    assert [use.path for use in run.record.tools] == ["agent.flow.with_tools.weather.1"]
    assert "rain in Oslo" in run.record.calls[0].output
    with context(root, previous_run_id=run.run_id, start_hierarchy_path="agent.flow.without") as again:
        AgentRunner(root, again).run()
    assert asked == ["Oslo"] and again.record.tools[0].output == run.record.tools[0].output
