"""A user run as OpenTelemetry's SDK has spans: names, kinds, parents, attributes, failures, no secrets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode, get_tracer_provider

from tests.history.records_by_hand import BEGAN, agent_call, tool_use, user_run
from tests.journal import story
from threadlab.journal.fold import fold
from threadlab.journal.metrics import measurements
from threadlab.journal.readable_spans import SCHEMA, readable_spans
from threadlab.journal.record import Record, Unit
from threadlab.journal.trace import span_id, spans, trace_id
from threadlab.journal.workspace import Workspace
from threadlab.objects.fault import Fault

SECONDS = 1_000_000_000


def told(record: Record, *, content: bool = False) -> dict[str, ReadableSpan]:
    """The readable spans by name; the second of a name has a 2 behind it."""
    named: dict[str, ReadableSpan] = {}
    for span in readable_spans(record, content=content):
        named[f"{span.name} 2" if span.name in named else span.name] = span
    return named


def parent_of(span: ReadableSpan, named: dict[str, ReadableSpan]) -> str:
    """The name of the span that it lies in."""
    assert span.parent is not None
    return next(name for name, one in named.items() if one.context.span_id == span.parent.span_id)


@pytest.fixture(scope="module")
def record() -> Record:
    """The whole story."""
    return fold(story.entries())


def test_each_unit_of_work_is_a_span_in_the_words_of_the_conventions(record: Record) -> None:
    """User run, node, agent call, two run steps, tool call: name, kind, and what they lie in."""
    named = told(record)
    assert {name: span.kind for name, span in named.items()} == {
        "invoke_workflow turn": SpanKind.INTERNAL,
        "node map": SpanKind.INTERNAL,
        "invoke_agent guide": SpanKind.CLIENT,
        "chat m": SpanKind.CLIENT,
        "chat m 2": SpanKind.CLIENT,
        "execute_tool get_weather": SpanKind.INTERNAL,
    }
    assert named["invoke_workflow turn"].parent is None
    assert parent_of(named["invoke_agent guide"], named) == "invoke_workflow turn"
    assert parent_of(named["chat m 2"], named) == "invoke_agent guide"
    assert parent_of(named["execute_tool get_weather"], named) == "invoke_agent guide"
    assert {span.context.trace_id for span in named.values()} == {int(trace_id(record.id), 16)}
    scope = named["chat m"].instrumentation_scope
    assert scope is not None and (scope.name, scope.schema_url) == ("threadlab", SCHEMA)
    assert named["chat m"].resource.attributes["service.name"] == "threadlab"


def test_the_attributes_say_who_was_asked_on_what_thread_and_for_how_many_tokens(record: Record) -> None:
    """Under the conventions' names; and nothing of what was said."""
    named = told(record)
    agent = dict(named["invoke_agent guide"].attributes or {})
    assert agent == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "azure.ai.foundry",
        "gen_ai.agent.name": "guide",
        "gen_ai.agent.id": "asst_1",
        "gen_ai.conversation.id": "thread_1",
        "gen_ai.request.model": "m",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 8,
        "threadlab.status": "completed",
        "threadlab.run": "run_1",
        "threadlab.path": "1",
    }
    root = named["invoke_workflow turn"].attributes or {}
    assert (root["gen_ai.workflow.name"], root["gen_ai.conversation.id"]) == ("turn", "main")
    tool = named["execute_tool get_weather"].attributes or {}
    assert (tool["gen_ai.tool.name"], tool["gen_ai.tool.call.id"]) == ("get_weather", "call_1")
    assert tool["gen_ai.tool.type"] == "function"
    assert "gen_ai.operation.name" not in (named["node map"].attributes or {})
    everything = " ".join(span.to_json() for span in named.values())
    assert "Rome" not in everything and "sky" not in everything


def test_what_was_said_goes_along_only_when_it_is_asked_for(record: Record) -> None:
    """As messages with roles and parts, in the conventions' own form."""
    named = {name: span.attributes or {} for name, span in told(record, content=True).items()}
    asked = json.loads(str(named["invoke_workflow turn"]["gen_ai.input.messages"]))
    assert asked == [{"role": "user", "parts": [{"type": "text", "content": "What is the weather in Rome?"}]}]
    answered = json.loads(str(named["chat m 2"]["gen_ai.output.messages"]))
    assert answered[0]["parts"] == [{"type": "text", "content": "The sky over Rome is blue."}]
    called = json.loads(str(named["chat m"]["gen_ai.output.messages"]))
    assert called[0]["parts"] == [
        {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Rome"}}
    ]
    assert named["execute_tool get_weather"]["gen_ai.tool.call.arguments"] == '{"city":"Rome"}'
    assert named["execute_tool get_weather"]["gen_ai.tool.call.result"] == '{"sky":"blue"}'


def test_times_are_nanoseconds_and_nothing_begins_before_what_it_lies_in(record: Record) -> None:
    """The service tells whole seconds only: a step of 12:00:00 in a call of 12:00:00.7 begins with it."""
    late = replace(record, calls=(replace(record.calls[0], started_at=story.NOON + 1.7),))
    named = told(late)
    assert named["invoke_agent guide"].start_time == (int(story.NOON) * 10 + 17) * SECONDS // 10
    assert named["chat m"].start_time == named["invoke_agent guide"].start_time
    tool = named["execute_tool get_weather"]
    assert tool.start_time is not None and tool.end_time == tool.start_time + SECONDS // 2


def test_a_failure_is_an_error_with_its_kind_and_its_words() -> None:
    """Of the user run, the agent call and the tool; a success leaves the status unset."""
    fault = Fault("rate_limit_exceeded", "too many requests")
    failed = agent_call(status="failed", output="", error=fault, tools=[tool_use(ok=False, path="1.look.1")])
    named = told(replace(user_run(calls=[failed], status="failed"), error=fault))
    for name in ("invoke_workflow turn", "invoke_agent Ada"):
        assert named[name].status.status_code is StatusCode.ERROR
        assert named[name].status.description == "too many requests"
        assert (named[name].attributes or {})["error.type"] == "rate_limit_exceeded"
    tool = named["execute_tool get_weather"]
    assert (tool.status.status_code, (tool.attributes or {})["error.type"]) == (
        StatusCode.ERROR,
        "tool_error",
    )
    cancelled = told(user_run(calls=[agent_call(status="cancelled")], status="cancelled"))
    assert (cancelled["invoke_agent Ada"].attributes or {})["error.type"] == "cancelled"
    assert told(user_run(calls=[agent_call()]))["invoke_agent Ada"].status.status_code is StatusCode.UNSET


def test_an_agent_that_a_tool_asked_lies_in_that_tool_call() -> None:
    """Both have the path of the tool call, and yet ids of their own."""
    delegated = tool_use("ask_ben", path="1.ask_ben.1")
    calls = [
        agent_call(tools=[delegated]),
        agent_call("1.ask_ben.1", agent="Ben", tools=[tool_use("search", path="1.ask_ben.1.search.1")]),
    ]
    named = told(user_run(calls=calls))
    assert len({span.context.span_id for span in named.values()}) == len(named) == 5
    assert parent_of(named["execute_tool ask_ben"], named) == "invoke_agent Ada"
    assert parent_of(named["invoke_agent Ben"], named) == "execute_tool ask_ben"
    assert parent_of(named["execute_tool search"], named) == "invoke_agent Ben"


def test_a_call_that_was_cut_off_is_told_beside_the_one_made_again() -> None:
    """Its end is unknown: it is taken to end with the last that is known of it, and says so."""
    cut = agent_call(status="abandoned", seconds=0.0, tools=[tool_use(path="1.get_weather.1", at=BEGAN + 3)])
    named = told(user_run(calls=[cut, agent_call(at=BEGAN + 9)]))
    first, second = named["invoke_agent Ada"], named["invoke_agent Ada 2"]
    assert first.context.span_id != second.context.span_id
    assert (first.attributes or {})["threadlab.end"] == "unknown"
    assert first.status.status_code is StatusCode.ERROR
    assert first.end_time == int((BEGAN + 3.5) * SECONDS)
    assert "threadlab.end" not in (second.attributes or {})


def test_what_was_reused_links_to_where_it_was_done_and_tells_no_tokens_and_no_time() -> None:
    """They were not spent again."""
    again = user_run(calls=[agent_call(reused="turn-1")], base="turn-1", verb="rerun")
    named = told(again)
    (link,) = named["invoke_agent Ada"].links
    assert link.context.span_id == int(span_id("turn-1", "1"), 16)
    assert link.context.trace_id == int(trace_id("turn-1"), 16)
    assert not [name for name in named["invoke_agent Ada"].attributes or {} if "usage" in name]
    assert named["invoke_agent Ada"].start_time == named["invoke_agent Ada"].end_time
    (to_base,) = named["invoke_workflow turn"].links
    assert to_base.attributes == {"threadlab.link": "rerun"}


def test_a_flow_is_a_span_around_its_nodes() -> None:
    """Though it has no fact of its own; nodes of a decision are called plan."""
    units = [
        Unit(path="writer.draft.outline", request="", kind="python", status="completed", started_at=BEGAN),
        Unit(
            path="writer.route", request="", kind="plan", status="completed", started_at=BEGAN + 4, seconds=1
        ),
    ]
    text = agent_call("writer.draft.text", agent="Ada", at=BEGAN + 1, seconds=2.0)
    record = user_run(calls=[text])
    record = replace(record, units=tuple(units), received=replace(record.received, body="writer"))
    named = told(record)
    assert set(named) == {
        "invoke_workflow writer",
        "invoke_workflow draft",
        "python outline",
        "plan route",
        "invoke_agent Ada",
    }
    draft = named["invoke_workflow draft"]
    assert (draft.start_time, draft.end_time) == (int(BEGAN) * SECONDS, int(BEGAN + 3) * SECONDS)
    assert parent_of(named["invoke_agent Ada"], named) == "invoke_workflow draft"
    assert parent_of(draft, named) == parent_of(named["plan route"], named) == "invoke_workflow writer"
    assert (named["plan route"].attributes or {})["gen_ai.operation.name"] == "plan"


def test_a_flow_that_was_chosen_is_a_span_too() -> None:
    """It lies in the choice, and its nodes lie in it."""
    paths = {"writer.way": "choice", "writer.way.long.outline": "python"}
    units = [
        Unit(path=path, request="", kind=kind, status="completed", started_at=BEGAN)
        for path, kind in paths.items()
    ]
    record = user_run()
    record = replace(record, units=tuple(units), received=replace(record.received, body="writer"))
    named = told(record)
    assert parent_of(named["python outline"], named) == "invoke_workflow long"
    assert parent_of(named["invoke_workflow long"], named) == "choice way"


def test_what_was_reused_is_not_measured_again() -> None:
    """Nor does a measurement say of a node that it is an operation of the conventions."""
    outline = Unit(path="writer.outline", request="", kind="python", status="completed", started_at=BEGAN)
    record = user_run(calls=[agent_call("writer.text", reused="turn-1")], base="turn-1", verb="rerun")
    received = replace(record.received, body="writer")
    record = replace(record, units=(outline,), received=received, entries=tuple(story.entries()))
    measured = list(measurements(record, spans(record)))
    assert "gen_ai.client.token.usage" not in {one.name for one in measured}
    durations = [one.attributes for one in measured if one.name == "gen_ai.client.operation.duration"]
    assert durations == [
        {"gen_ai.operation.name": "invoke_workflow", "name": "invoke_workflow writer"},
        {"threadlab.kind": "python", "name": "python outline"},
    ]


def test_no_secret_is_in_a_span_even_where_the_record_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record from a log has none; one that was made by hand may."""
    monkeypatch.setenv("WEATHER_API_KEY", "s3cr3t-of-the-sky")
    fault = Fault("denied", "the key s3cr3t-of-the-sky is wrong")
    failed = agent_call(prompt="Use s3cr3t-of-the-sky", status="failed", error=fault)
    everything = " ".join(
        span.to_json() for span in readable_spans(user_run(calls=[failed], status="failed"), content=True)
    )
    assert "s3cr3t" not in everything and "is wrong" in everything


def test_the_same_log_gives_the_same_spans_read_again_or_elsewhere(
    workspace: Workspace, tmp_path: Path
) -> None:
    """So exporting twice adds nothing; and no global provider was made of it."""
    id = story.write_story(workspace)
    (tmp_path / "copied").mkdir()
    (tmp_path / "copied" / "runs").symlink_to(workspace.folder)
    first = [span.to_json() for span in readable_spans(workspace.record(id))]
    again = [span.to_json() for span in readable_spans(Workspace(tmp_path / "copied" / "runs").record(id))]
    assert first == again and len(first) == len(spans(workspace.record(id)))
    assert type(get_tracer_provider()).__name__ == "ProxyTracerProvider"
