from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from threadlab.following.run_view import RunView, advance
from threadlab.objects.event import Ended, Event, ToolFinished, ToolStarted
from threadlab.objects.fault import Fault
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.tool_call import ToolOutput
from threadlab.objects.usage import Usage
from threadlab.widgets.runs.run_card import card_of, render_html, tokens
from threadlab.widgets.runs.run_card_text import render_text

Fold = Callable[[Sequence[Event]], RunView]
START = 1_700_000_000


def soup(view: RunView) -> BeautifulSoup:
    """The card, parsed."""
    return BeautifulSoup(render_html(view), "html.parser")


def test_html_and_text_tell_the_same(tool_story: list[Event], fold: Fold) -> None:
    """Whatever matters in a run stands in both forms."""
    view = fold(tool_story)
    page, text = soup(view).get_text(), render_text(view)
    for said in (
        "completed",
        "2.90 s · 5 polls",
        "184 tokens (148 in, 36 out, estimated)",
        "get_weather",
        '{"city": "Oslo", "unit": "celsius"}',
        '{"city": "Oslo", "degrees": -3, "sky": "snow"}',
        "12 ms",
        "rule-based stand-in: rule “call-tools” fired because the message speaks of weather",
        "429 rate_limit_exceeded; asked again after 250 ms",
        "It is −3 °C in Oslo, with snow. 21 × 2 is 42.",
    ):
        assert said in page
        assert said in text


def test_steps_carry_their_calls_and_their_message(tool_story: list[Event], fold: Fold) -> None:
    """The number of calls, each call within its step, and the message that a step wrote."""
    calls, message = card_of(fold(tool_story)).steps
    assert calls.title == "Tool calls · 2"
    assert [call.name for call in calls.calls] == ["get_weather", "calculate"]
    assert message.message_id == "msg_u7YtRe4WqAs1DfGh"


def test_a_call_that_no_step_shows_yet_is_on_the_card(tool_story: list[Event], fold: Fold) -> None:
    """A run may ask before its steps can be read."""
    events = [event for event in tool_story[:11] if type(event).__name__ != "StepChanged"]
    assert [call.state for call in card_of(fold(events)).waiting_calls] == ["needs approval", "requested"]


def test_ids_are_short_to_read_and_whole_in_their_titles(tool_story: list[Event], fold: Fold) -> None:
    """Whoever needs the id finds it."""
    view = fold(tool_story)
    shown = {code["title"]: code.get_text() for code in soup(view).select("code.tl-id")}
    assert shown[view.run.id] == "run_7fKq2L…"


def test_the_wire_unfolds_and_so_does_each_request(tool_story: list[Event], fold: Fold) -> None:
    """Plain `details`, which a keyboard opens too."""
    wire = soup(fold(tool_story)).select_one("details.tl-wire")
    assert wire is not None
    requests = wire.select("details.tl-request")
    assert len(requests) == 4
    assert '"status": "queued"' in requests[0].get_text()
    assert "the same answer as request 5" in requests[3].get_text()


def test_a_decision_is_told_with_what_it_changed(tool_story: list[Event], fold: Fold) -> None:
    """Who was asked, what the model had asked for, and what was run: on the page and in the text."""
    asked = fold(tool_story[:11])
    asked.approvals[0].approve('{"city": "Bergen"}')
    started = ToolStarted(at=START + 1, call=replace(asked.approvals[0].call, arguments='{"city": "Bergen"}'))
    view = advance(asked, started)
    for shown in (soup(view).get_text(), render_text(view)):
        assert "approved by a person, with other arguments" in shown
        assert '{"city": "Oslo", "unit": "celsius"}' in shown
        assert '{"city": "Bergen"}' in shown


@pytest.mark.parametrize("denies", [True, False])
def test_a_no_and_no_answer_at_all_are_told(denies: bool, tool_story: list[Event], fold: Fold) -> None:
    """With the reason, or with the run's end that came first."""
    asked = fold(tool_story[:11])
    call = asked.approvals[0].call
    if denies:
        asked.approvals[0].deny("not today")
        output = ToolOutput(call.id, "denied")
        view = advance(asked, ToolFinished(at=START + 1, call=call, output=output, ok=False, seconds=0))
    else:
        view = advance(asked, Ended(at=START + 600, run=replace(asked.run, status="expired")))
    said = "denied by a person: not today" if denies else "nobody decided before the run was over"
    assert said in soup(view).get_text()
    assert said in render_text(view)


def test_a_run_alone_makes_a_short_card(run: Run) -> None:
    """What did not happen takes no room."""
    page = soup(RunView(run=run))
    assert not page.select("details, pre, .tl-steps, .tl-note, .tl-meter, .tl-answer")
    assert len(render_text(RunView(run=run)).splitlines()) == 2


@pytest.mark.parametrize("status", ["failed", "incomplete", "expired", "cancelled", "a_new_word"])
def test_a_run_that_did_not_end_well_says_what_happened_and_what_to_do(run: Run, status: str) -> None:
    """Never a bare red word."""
    ending = card_of(RunView(run=replace(run, status=status))).ending
    assert ending is not None
    assert ending.what
    assert ending.then


def test_the_services_own_error_and_reason_are_quoted(run: Run) -> None:
    """Its code, its message, and the limit that was reached."""
    failed = replace(run, status="failed", error=Fault("rate_limit_exceeded", "Too many requests."))
    stopped = replace(run, status="incomplete", incomplete_reason="max_completion_tokens")
    assert "rate_limit_exceeded: Too many requests." in render_text(RunView(run=failed))
    assert "Incomplete: max_completion_tokens The answer reached" in render_text(RunView(run=stopped))


@pytest.mark.parametrize("status", STATUSES)
def test_a_run_that_is_not_over_says_that_the_card_is_not_the_last_word(run: Run, status: str) -> None:
    """A card of a run that was left before its end must not look final."""
    page = soup(RunView(run=replace(run, status=status))).get_text()
    assert ("As it was when last read" in page) is not STATUSES[status].is_terminal


def test_counted_tokens_are_not_called_estimated() -> None:
    """The word is for figures of our own."""
    assert tokens(Usage(3, 4)) == "7 tokens (3 in, 4 out)"


def test_control_characters_in_an_answer_are_visible_in_the_text(tool_story: list[Event], fold: Fold) -> None:
    """An escape sequence in a model's answer does nothing to a terminal."""
    view = fold(tool_story)
    message = replace(view.messages[0], content=(replace(view.messages[0].content[0], text="\x1b[2Jgone"),))
    assert "\\x1b[2Jgone" in render_text(replace(view, messages=(message,)))
