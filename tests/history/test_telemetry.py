"""User runs and flows at OpenTelemetry's exporters: as they end, later, over OTLP; and what goes wrong."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, get_tracer_provider

from tests.history.conftest import Weather
from tests.otlp_receiver import Receiver, receiver
from tests.wide_page import on_a_wide_page
from threadlab.cli.app import app
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError
from threadlab.flows.component import AgentComponent, AgentNode, Flow, PythonNode
from threadlab.flows.observability import ObservabilitySettings
from threadlab.flows.run_context import RunContext
from threadlab.flows.runner import AgentRunner
from threadlab.history.history import History
from threadlab.history.reading.telemetry import CONTENT, export_spans, otlp_exporter
from threadlab.journal.trace import trace_id

WHOLE = Counter(["invoke_workflow", "invoke_agent", "chat", "chat", "execute_tool"])
ASKED = "What is the weather in Rome?"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's own OpenTelemetry is set to."""
    for name in (CONTENT, "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_SERVICE_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def memory() -> InMemorySpanExporter:
    """OpenTelemetry's own exporter for tests."""
    return InMemorySpanExporter()


@pytest.fixture
def exported(here: Lab, memory: InMemorySpanExporter, tmp_path: Path) -> History:
    """A history whose user runs are exported."""
    return History(here, tmp_path / "runs", exporters=[memory])


@pytest.fixture
def receiving() -> Iterator[Receiver]:
    """A receiver of OTLP."""
    with receiver() as listening:
        yield listening


def by_trace(spans: Sequence[ReadableSpan]) -> dict[str, list[ReadableSpan]]:
    """The spans of each trace, by its id in hexadecimal digits."""
    found: dict[str, list[ReadableSpan]] = {}
    for span in spans:
        found.setdefault(f"{span.context.trace_id:032x}", []).append(span)
    return found


def operations(spans: Sequence[ReadableSpan]) -> Counter[str]:
    """How often each operation is in them."""
    return Counter(str((span.attributes or {}).get("gen_ai.operation.name", "none")) for span in spans)


def is_whole(spans: Sequence[ReadableSpan]) -> bool:
    """Whether it has one root, and every other span lies in one that is there."""
    ids = {span.context.span_id for span in spans}
    inside = [span for span in spans if span.parent is not None]
    return len(inside) == len(spans) - 1 and all(one.parent.span_id in ids for one in inside if one.parent)


def test_a_user_run_is_exported_when_it_is_over(
    exported: History, memory: InMemorySpanExporter, weather: Weather
) -> None:
    """Its whole trace, with the tokens that the user run tells."""
    turn = exported.branch(tools=[weather.tool]).ask(ASKED)
    assert exported.telemetry.flush(30)
    spans = memory.get_finished_spans()
    assert operations(spans) == WHOLE and is_whole(spans)
    (agent,) = [span for span in spans if span.name == "invoke_agent agent"]
    told = agent.attributes or {}
    assert told["gen_ai.usage.input_tokens"] == turn.usage.prompt_tokens
    assert told["gen_ai.conversation.id"] == turn.record.calls[0].thread_id
    assert all(span.status.status_code is StatusCode.UNSET for span in spans)


def test_the_twentieth_user_run_in_one_kernel_has_a_whole_trace_of_its_own(
    exported: History, memory: InMemorySpanExporter, weather: Weather
) -> None:
    """Four branches at the same time, five user runs each; nobody else's provider is touched."""
    before = get_tracer_provider()
    branches = [exported.branch(f"b{number}", tools=[weather.tool]) for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        asked = threads.map(lambda branch: [branch.ask(ASKED).id for _ in range(5)], branches)
        ids = [id for several in asked for id in several]
    assert exported.telemetry.flush(60)
    traces = by_trace(memory.get_finished_spans())
    assert set(traces) == {trace_id(id) for id in ids} and len(traces) == 20
    assert all(operations(trace) == WHOLE and is_whole(trace) for trace in traces.values())
    assert get_tracer_provider() is before


def test_exporting_again_sends_the_same_spans(
    exported: History, memory: InMemorySpanExporter, weather: Weather
) -> None:
    """So a receiver that has them can leave them out: as they end, and later, from another history."""
    turn = exported.branch(tools=[weather.tool]).ask(ASKED)
    exported.telemetry.flush(30)
    live = [span.to_json() for span in memory.get_finished_spans()]
    memory.clear()
    assert export_spans(History(exported.lab, exported.folder)[turn.id], memory) == len(live) == 5
    assert [span.to_json() for span in memory.get_finished_spans()] == live


def test_a_failed_user_run_has_its_error_and_a_rerun_links_to_it(
    exported: History, memory: InMemorySpanExporter, here: Lab
) -> None:
    """D: the root, the agent call; the second is another trace."""
    here.workbench.faults.add("model_error")
    failed = exported.branch().ask(ASKED)
    here.workbench.faults.clear()
    failed.retry()
    exported.telemetry.flush(30)
    traces = by_trace(memory.get_finished_spans())
    root, agent, *_ = traces[trace_id(failed.id)]
    assert {root.status.status_code, agent.status.status_code} == {StatusCode.ERROR}
    assert failed.record.error is not None
    assert (root.attributes or {})["error.type"] == failed.record.error.code
    assert root.status.description == failed.record.error.message
    (again,) = [trace for id, trace in traces.items() if id != trace_id(failed.id)]
    assert again[0].status.status_code is StatusCode.UNSET
    assert [f"{link.context.trace_id:032x}" for link in again[0].links] == [trace_id(failed.id)]


def test_nothing_that_was_said_is_sent_unless_opentelemetrys_own_variable_or_a_word_asks_for_it(
    exported: History, memory: InMemorySpanExporter, weather: Weather, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prompts and answers are what people wrote."""
    turn = exported.branch(tools=[weather.tool], instructions="Be brief.").ask(ASKED)
    exported.telemetry.flush(30)

    def sent(content: bool | None) -> str:
        memory.clear()
        export_spans(turn, memory, content=content)
        return " ".join(span.to_json() for span in memory.get_finished_spans())

    silent = sent(None)
    assert "Rome" not in silent and "sunny" not in silent and "brief" not in silent
    assert all(said in sent(True) for said in ("Rome", "sunny", "Be brief."))
    monkeypatch.setenv(CONTENT, "true")
    assert "Rome" in sent(None) and "Rome" not in sent(False)


def test_a_flow_is_one_trace_with_its_flows_and_nodes(
    here: Lab, memory: InMemorySpanExporter, tmp_path: Path
) -> None:
    """Sent when the run is completed; a node that is no agent call is a span of its own kind."""
    nodes = [
        PythonNode("points", lambda: ["tides"]),
        AgentNode("text", prompt="Say hello {{ points }}", instructions="Be brief."),
    ]
    writer = AgentComponent("writer", [Flow("draft", nodes)])
    settings = ObservabilitySettings(exporters=(memory,))
    run = RunContext(writer, project_root=tmp_path, lab=here, observability_settings=settings)
    run.setup_run()
    AgentRunner(writer, run).run()
    run.complete_run()
    spans = memory.get_finished_spans()
    assert is_whole(spans)
    assert [span.name for span in spans[:3]] == [
        "invoke_workflow writer",
        "invoke_workflow draft",
        "python points",
    ]
    names = {span.context.span_id: span.name for span in spans}
    inside = {span.name: names[span.parent.span_id] for span in spans if span.parent}
    assert inside["python points"] == inside["invoke_agent text"] == "invoke_workflow draft"


class Broken(SpanExporter):
    """Takes nothing: it says so, or it breaks."""

    def __init__(self, *, breaks: bool) -> None:
        self.breaks = breaks

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """No."""
        if self.breaks:
            raise ConnectionError("the cable is cut")
        return SpanExportResult.FAILURE


def test_an_exporter_that_fails_never_fails_a_user_run(
    here: Lab, memory: InMemorySpanExporter, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told in the log; the other exporters get theirs."""
    exporters = [Broken(breaks=True), Broken(breaks=False), memory]
    history = History(here, tmp_path / "runs", exporters=exporters)
    with caplog.at_level(logging.WARNING, "threadlab"):
        assert history.branch().ask("Hello").status == "completed"
        history.telemetry.flush(30)
    told = [record.message for record in caplog.records]
    assert len(told) == 2 and all(line.startswith(f"the trace of {history[-1].id} was not") for line in told)
    assert "the cable is cut" in told[0]
    assert len(memory.get_finished_spans()) == 3
    with pytest.raises(HistoryError, match="did not get rid of the spans") as refused:
        export_spans(history[-1], Broken(breaks=False))
    assert "endpoint" in refused.value.hint


class Gone(Broken):
    """Takes its time to find that its endpoint is gone."""

    def __init__(self) -> None:
        super().__init__(breaks=False)
        self.tried = 0
        self.found_out = Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """No, after a while."""
        self.tried += 1
        assert self.found_out.wait(30)
        return super().export(spans)


def test_an_endpoint_that_is_gone_is_waited_for_once(here: Lab, tmp_path: Path) -> None:
    """What came meanwhile is given up, so a process of many user runs still ends; the next is tried."""
    gone = Gone()
    history = History(here, tmp_path / "runs", exporters=[gone])
    branch = history.branch()
    for _ in range(3):
        assert branch.ask("Hello").status == "completed"
    gone.found_out.set()
    assert history.telemetry.flush(30) and gone.tried == 1
    branch.ask("Hello")
    assert history.telemetry.flush(30) and gone.tried == 2


def test_a_user_run_that_is_not_over_has_no_whole_trace(
    exported: History, memory: InMemorySpanExporter
) -> None:
    """It is refused, in words."""
    waiting = exported.branch().start("Hello")
    with pytest.raises(HistoryError, match="only a user run that is over"):
        export_spans(waiting.open_run, memory)
    waiting.close()
    assert exported.telemetry.flush(1) and not memory.get_finished_spans()


@pytest.mark.parametrize("missing", ["opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http"])
def test_without_the_extra_it_says_which_to_install(
    exported: History, memory: InMemorySpanExporter, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenTelemetry is optional: nothing else needs it."""
    turn = exported.branch().ask("Hello")
    exported.telemetry.flush(30)
    for name in [name for name in sys.modules if name.startswith(missing)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "threadlab.journal.readable_spans", raising=False)
    with pytest.raises(HistoryError, match="which is not installed") as refused:
        export_spans(turn, memory) if missing.endswith("trace") else otlp_exporter()
    assert "threadlab[otel]" in refused.value.hint


def test_it_arrives_over_otlp_as_the_standard_variables_say(
    exported: History, weather: Weather, receiving: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Endpoint and headers are OpenTelemetry's own."""
    turn = exported.branch(tools=[weather.tool]).ask(ASKED)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiving.endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=lab")
    assert export_spans(turn, otlp_exporter()) == 5
    assert receiving.paths == ["/v1/traces"] and receiving.headers[0]["x-team"] == "lab"
    assert [span.name for span in receiving.spans][:2] == ["invoke_workflow turn", "invoke_agent agent"]
    assert {span.trace_id.hex() for span in receiving.spans} == {trace_id(turn.id)}


def test_the_command_line_sends_what_is_over(
    exported: History, weather: Weather, receiving: Receiver, tmp_path: Path
) -> None:
    """All of them, or some; what is not over is said to be left out."""
    branch = exported.branch(tools=[weather.tool])
    first, second = branch.ask(ASKED), branch.ask(ASKED)
    exported.branch("other").start("Hello").close()

    def sent(*arguments: str) -> str:
        given = ["runs", "export-otel", *arguments, "--endpoint", receiving.endpoint]
        result = on_a_wide_page(app, [*given, "--folder", str(tmp_path / "runs")])
        assert result.exit_code == 0, result.exception
        return result.stdout

    assert "2 user runs sent, 10 spans" in (told := sent()) and "1 user run not over yet" in told
    assert {span.trace_id.hex() for span in receiving.spans} == {trace_id(first.id), trace_id(second.id)}
    assert "Rome" not in str(receiving.spans)
    receiving.spans.clear()
    assert "1 user run sent, 5 spans" in sent(second.id, "--content")
    assert "Rome" in str(receiving.spans)
