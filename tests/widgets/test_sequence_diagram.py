from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from tests.widgets.test_page import HOSTILE, assert_ours, skeleton
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.errors import Refused
from threadlab.following.follow import follow
from threadlab.following.wait import wait
from threadlab.objects.event import Ended
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolOutput
from threadlab.objects.truth import ModelCall, Truth
from threadlab.objects.wire_entry import WireEntry
from threadlab.tools.tool import tool
from threadlab.widgets.wire.participants import ENGINE, MODEL, SERVER_TOOLS, SERVICE, TOOLS, YOU, Signal
from threadlab.widgets.wire.sequence_diagram import (
    SequenceDiagram,
    render_html,
    render_text,
    sequence_diagram,
    sequence_of,
)
from threadlab.widgets.wire.sequence_drawing import WIDTH, drawing_of


@tool
def get_weather(city: str) -> str:
    """The weather in a city.

    Args:
        city: its name.
    """
    return f"{city}: snow"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


@pytest.fixture
def weather(lab: Lab) -> Run:
    """A run that asked for the weather, and was told."""
    return Conversation(lab, tools=[get_weather]).ask("What is the weather in Oslo?").run


def said(diagram: SequenceDiagram) -> list[tuple[str, str, str]]:
    """Who said what to whom, statuses left out."""
    return [(one.sender, one.receiver, one.words) for one in diagram.signals if one.look is None]


def place(diagram: SequenceDiagram, words: str) -> int:
    """Where the first signal with these words stands."""
    return next(number for number, one in enumerate(diagram.signals) if words in one.words)


def test_a_refused_submission_reaches_no_engine_and_its_tool_ran_once(lab: Lab) -> None:
    """What the service refused moved nothing: the engine is told by the one that it accepted."""
    agent = lab.create_agent(tools=[get_weather.definition])
    thread = lab.threads.create(
        messages=[{"role": "user", "content": "What is the weather in Oslo and in Rome?"}]
    )
    run = lab.runs.create(thread.id, agent.id)
    while run.status != "requires_action":
        lab.time.sleep(1)
        run = run.read()
    outputs = [ToolOutput(call.id, "snow") for call in run.required_calls]
    with pytest.raises(Refused):
        run.submit(outputs[:1])
    diagram = sequence_diagram(lab, wait(run.submit(outputs)))
    told = [one for one in diagram.signals if one.words == "submit tool outputs" or one.sender == SERVICE]
    submitted = [number for number, one in enumerate(told) if one.words == "submit tool outputs"]
    assert told[submitted[0]].bad and "400" in told[submitted[0]].back
    assert told[submitted[1] + 1].words == "2 tool outputs"
    assert sum(one.receiver == TOOLS for one in diagram.signals) == len(outputs) == 2


def test_an_actual_run_is_drawn_with_everyone_who_took_part(lab: Lab, weather: Run) -> None:
    """K29: your code, your tools, service, engine and model, from the wire and the backend's own log."""
    diagram = sequence_diagram(lab, weather)
    assert diagram.participants == (TOOLS, YOU, SERVICE, ENGINE, MODEL)
    everything = said(diagram)
    assert (YOU, SERVICE, "create message") in everything
    assert (YOU, SERVICE, "create run") in everything
    assert (ENGINE, MODEL, "1 message, 1 tool") in everything
    assert (MODEL, ENGINE, 'call get_weather({"city": "Oslo"})') in everything
    assert (YOU, TOOLS, 'get_weather({"city": "Oslo"})') in everything
    assert (YOU, SERVICE, "submit tool outputs") in everything
    assert (ENGINE, MODEL, "1 message, 1 tool round, 1 tool") in everything


def test_the_statuses_are_those_of_the_truth_at_their_times(lab: Lab, weather: Run) -> None:
    """In order, also those that no look saw."""
    diagram, truth = sequence_diagram(lab, weather), lab.workbench.truth(weather)
    drawn = [(one.at, one.look.word) for one in diagram.signals if one.look]
    assert drawn == [(one.at, one.status) for one in truth.transitions]
    times = [one.at for one in diagram.signals]
    assert times == sorted(times)


def test_what_a_request_causes_stands_between_it_and_its_answer(lab: Lab, weather: Run) -> None:
    """Also where a clock stands still: asked, a new run, queued, answered."""
    diagram = sequence_diagram(lab, weather)
    asked = place(diagram, "create run")
    row = diagram.signals[asked : asked + 4]
    assert [one.words for one in row] == ["create run", "a new run", "queued", "200 queued"]
    assert row[3].answers
    asked = place(diagram, "submit tool outputs")
    row = diagram.signals[asked : asked + 4]
    assert [one.words for one in row] == ["submit tool outputs", "1 tool output", "queued", "200 queued"]


def test_looks_that_saw_the_same_are_one_row_and_none_is_lost(lab: Lab, weather: Run) -> None:
    """Every request about the run is behind exactly one row."""
    diagram = sequence_diagram(lab, weather)
    rows = [one for one in diagram.signals if one.numbers]
    numbers = [number for one in rows for number in one.numbers]
    named = [entry.number for entry in lab.wire.naming(weather.id)]
    assert numbers == sorted(set(numbers))
    assert numbers[1:] == named  # the first is the message that was said before
    looks = [one for one in rows if "read run ×" in one.words]
    assert looks
    assert len(rows) < len(numbers) / 2


def test_from_the_wire_alone_it_says_what_it_cannot_see(lab: Lab, weather: Run) -> None:
    """As on a real service: no engine, no model, and the reason."""
    diagram = sequence_of(weather, lab.wire.entries, None)
    assert diagram.participants == (TOOLS, YOU, SERVICE)
    assert not [one for one in diagram.signals if one.look]
    assert "not to be seen from here" in render_text(diagram)
    assert "not to be seen from here" in render_html(diagram)
    assert diagram.look.word == "completed"


def test_the_wire_tells_of_the_services_own_tools_in_run_steps() -> None:
    """Which of them were used, though not what they said to whom."""
    run = Run(id="run_1", thread_id="t", agent_id="a", status="completed")
    calls = [{"type": "code_interpreter"}, {"type": "function"}, {"type": "code_interpreter"}]
    step = {"object": "thread.run.step", "id": "s", "run_id": "run_1", "step_details": {"tool_calls": calls}}
    answer = {"object": "list", "data": [step]}
    entry = WireEntry(number=1, method="GET", path="/threads/t/runs/run_1/steps", status=200, response=answer)
    assert sequence_of(run, [entry], None).sees.endswith("tell that it used: code_interpreter.")


def test_a_tool_of_the_services_own_is_called_by_the_engine() -> None:
    """Its outputs stand in the log while the run is in progress: nobody asked your code."""
    call = {"id": "call_1", "name": "time_in", "arguments": "{}"}
    note = ModelNote(1, "scripted", "", "")
    asked = ModelCall(call=1, at=1.0, request={"messages": [1]}, answer={"calls": [call]}, note=note)
    log = [
        {"kind": "run.created", "at": 0.0, "data": {}},
        {"kind": "run.status", "at": 1.0, "data": {"status": "in_progress"}},
        {"kind": "model.asked", "at": 1.0, "data": {"call": 1}},
        {"kind": "model.answered", "at": 1.0, "data": {}},
        {"kind": "step.delta", "at": 2.0, "data": {"pieces": []}},
        {"kind": "tool.outputs", "at": 3.0, "data": {"outputs": {"call_1": "09:00"}}},
        {"kind": "run.status", "at": 4.0, "data": {"status": "completed"}},
    ]
    truth = Truth(run_id="run_1", transitions=(), model_calls=(asked,), log=tuple(log))
    run = Run(id="run_1", thread_id="t", agent_id="a", status="completed")
    diagram = sequence_of(run, (), truth)
    assert said(diagram)[1:] == [
        (ENGINE, MODEL, "1 message"),
        (MODEL, ENGINE, "call time_in({})"),
        (ENGINE, SERVER_TOOLS, "time_in({})"),
    ]
    assert diagram.participants == (YOU, SERVICE, ENGINE, MODEL, SERVER_TOOLS)


def test_a_request_that_was_refused_and_made_again_is_drawn_as_both(lab: Lab) -> None:
    """The first attempt in the colour of trouble, the second one named so."""
    lab.workbench.faults.add("429", "create run", times=1)
    run = Conversation(lab).ask("Hello").run
    diagram = sequence_diagram(lab, run)
    refused = diagram.signals[place(diagram, "create run")]
    assert (refused.bad, refused.back) == (True, "429 rate_limit_exceeded")
    assert "create run, attempt 2" in [words for _, _, words in said(diagram)]


def test_a_streamed_run_tells_each_piece_as_it_comes(lab: Lab) -> None:
    """Your code hears of statuses and of text without asking."""
    agent, thread = lab.create_agent(), lab.threads.create()
    lab.messages.create(thread.id, content="Hello")
    (ended,) = [one for one in follow(lab.runs.stream(thread.id, agent.id)) if isinstance(one, Ended)]
    diagram = sequence_diagram(lab, ended.run)
    heard = [one.words for one in diagram.signals if one.sender == SERVICE and one.receiver == YOU]
    assert "event: completed" in heard
    assert any(words.startswith("delta “") for words in heard)


def test_a_fault_that_struck_behind_the_service_is_told(lab: Lab) -> None:
    """The model's failure, and that it was asked for."""
    lab.workbench.faults.add("model_error", times=1)
    run = Conversation(lab).ask("Hello", expect=None).run
    words = [one.words for one in sequence_diagram(lab, run).signals if one.bad]
    assert any(one.startswith("fault: ") for one in words)


def test_mermaid_has_a_line_for_each_thing_said_and_lets_nothing_out(lab: Lab, weather: Run) -> None:
    """Names of ours, and no mark of Mermaid's in what others wrote."""
    diagram = sequence_diagram(lab, weather)
    first, *lines = diagram.mermaid.splitlines()
    assert first == "sequenceDiagram"
    form = (
        r"    (participant P\d as [a-z ]+|Note over P\d: .+|P\d-{1,2}>>P\d: [^;{}<>\"]*(#\d+;[^;{}<>\"]*)*)"
    )
    assert all(re.fullmatch(form, line) for line in lines)
    notes = sum(one.look is not None for one in diagram.signals)
    answers = sum(bool(one.back) for one in diagram.signals)
    assert len(lines) == len(diagram.participants) + len(diagram.signals) + answers
    assert sum("Note over" in line for line in lines) == notes


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_diagram_becomes_markup(text: str) -> None:
    """Words, quoted text and answers, in the drawing and below it."""

    def page(words: str) -> str:
        signal = Signal(at=1.0, sender=YOU, receiver=SERVICE, words=words, detail=words, back=words)
        fault = Signal(at=2.0, sender=ENGINE, receiver=ENGINE, words=words, bad=True)
        run = Run(id=words, thread_id="t", agent_id="a", status=words)
        base = sequence_of(run, (), None)
        return render_html(
            SequenceDiagram(
                run_id=words,
                look=base.look,
                participants=(YOU, SERVICE, ENGINE),
                signals=(signal, fault),
                sees=base.sees,
            )
        )

    assert skeleton(page(text)) == skeleton(page("harmless"))
    assert_ours(page(text))


def test_every_word_stays_inside_the_drawing() -> None:
    """However long it is, and however far to the side its arrow stands."""
    signals = [
        Signal(at=0.0, sender=a, receiver=b, words="w" * 200, back="b")
        for a, b in ((YOU, TOOLS), (YOU, SERVICE), (ENGINE, MODEL))
    ]
    drawing = drawing_of((TOOLS, YOU, SERVICE, ENGINE, MODEL), signals)
    for row in drawing.rows:
        assert row.middle - len(row.words) * 6.3 / 2 > 0
        assert row.middle + len(row.words) * 6.3 / 2 <= WIDTH + 1
    assert all(row.y < drawing.height for row in drawing.rows)


def test_the_drawing_has_a_text_beside_it_for_who_cannot_see_it(lab: Lab, weather: Run) -> None:
    """The same rows as words."""
    diagram = sequence_diagram(lab, weather)
    page = BeautifulSoup(render_html(diagram), "html.parser")
    (as_text, mermaid) = (one.get_text() for one in page.select("pre"))
    assert as_text.count("\n") + 1 == len(diagram.signals)
    assert mermaid == diagram.mermaid
    assert repr(diagram) == render_text(diagram)


def test_a_run_that_nobody_asked_about_is_an_empty_drawing() -> None:
    """And no error."""
    run = Run(id="run_1", thread_id="t", agent_id="a", status="queued")
    diagram = sequence_of(run, [WireEntry(number=1, method="GET", path="/threads/x")], None)
    assert diagram.signals == ()
    assert diagram.seconds == 0.0
    assert "run_1" in render_html(diagram)
