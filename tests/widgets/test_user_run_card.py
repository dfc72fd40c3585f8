"""One user run as a card, from its log alone."""

from __future__ import annotations

from dataclasses import replace

from tests.widgets.told_user_runs import family, told
from threadlab.journal.annotations import Annotations, FeedbackGiven
from threadlab.journal.fact import Answered, Entry, Interrupted
from threadlab.journal.fold import fold
from threadlab.journal.record import QueueEntry, Record, Unit
from threadlab.journal.values import Command, Trigger
from threadlab.objects.fault import Fault
from threadlab.widgets.runs import run_card_text
from threadlab.widgets.user_runs.recorded_views import run_views
from threadlab.widgets.user_runs.user_run_card import render_html, user_run_card
from threadlab.widgets.user_runs.user_run_text import render_text


def in_text(record: Record) -> str:
    """The card as text."""
    return render_text(user_run_card(record))


def in_html(record: Record) -> str:
    """The card as a page."""
    return render_html(user_run_card(record))


def test_a_card_holds_the_input_the_run_behind_it_and_the_answer() -> None:
    """The run's own card is the one that was seen while it was followed."""
    record = told("a1a1")
    (view,) = run_views(record.entries).values()
    card = user_run_card(record)
    assert card.input == record.received.input
    assert "1 agent call · 2 tool calls · 184 tokens" in in_text(record), "what it took, on one line"
    assert [step.title for step in card.sections[0].card.steps] == ["Tool calls · 2", "Message"]  # type: ignore[union-attr]
    for line in run_card_text.render_text(view).splitlines():
        assert line.strip() in in_text(record)
    page = in_html(record)
    assert "get_weather" in page and "It is −3 °C in Oslo" in page
    assert page.count("It is −3 °C in Oslo") == 1


def test_a_card_says_where_it_stands_and_what_it_repeats() -> None:
    """The branch, the user run before it, and the one that it edits."""
    first, _, again, edited, *_ = family()[0]
    assert f"on main, after {first.id} · edit of {again.id}" in in_text(edited)
    assert "on main, the first" in in_text(first)


def test_a_user_run_that_a_ticket_began_is_marked_with_its_cause() -> None:
    """A word and a sign, in HTML and in text; one that a person typed has neither."""
    records, _ = family()
    for shown in (in_html(records[5]), in_text(records[5])):
        assert "system-triggered" in shown and "⚙" in shown
        assert "ticket forecast-7 is complete" in shown
    assert "triggered" not in in_html(records[0]).split("</style>")[1]
    scheduled = told("a1a1", trigger=Trigger(type="schedule", cause="every morning"))
    assert "⏲ scheduled" in in_text(scheduled)


def test_a_failed_user_run_says_why() -> None:
    """Code and message, as its last words."""
    failed = family()[0][1]
    assert in_text(failed).splitlines()[0].startswith("✕ user run")
    assert in_text(failed).splitlines()[-1] == "  server_error: the model is overloaded"


def test_what_was_reused_is_told_as_reused() -> None:
    """In the plan, and beside the agent call; it costs nothing again."""
    first = told("a1a1")
    again = told("b2b2", base=first, verb="replay", reused=True)
    assert f"replay of {first.id}" in in_text(again)
    assert "planned: reuse 1" in in_text(again)
    assert f"reused from {first.id}: nothing was asked again" in in_text(again)
    assert "1 reused" in user_run_card(again).meter
    assert not any("tokens" in part for part in user_run_card(again).meter)


def test_several_commands_and_agent_calls_stand_in_order() -> None:
    """Each with its state; the calls are closed, for the answer stands below them."""
    one = told("a1a1")
    commands = [Command(text="find", agent="guide"), Command(text="write it down", agent="writer")]
    call = replace(one.calls[0], path="2", agent="writer", prompt="write it down")
    two = replace(
        one,
        queue=(QueueEntry(command=commands[0], status="completed"), QueueEntry(command=commands[1])),
        calls=(one.calls[0], call),
    )
    told_as = in_text(two)
    assert "✓ @guide find" in told_as and "○ @writer write it down" in told_as
    assert told_as.index("agent call 1 guide") < told_as.index("agent call 2 writer")
    assert 'tl-agent-call" open' not in in_html(two)
    assert user_run_card(two).output == one.output


def test_an_interrupt_is_told_with_its_answer() -> None:
    """And as waiting while it has none."""
    entries = told("a1a1").entries[:-2]
    asked = Entry(
        seq=99, at=entries[-1].at, fact=Interrupted(id="1.budget", kind="budget", question="Go on for 500?")
    )
    answered = Entry(seq=100, at=asked.at, fact=Answered(id="1.budget", answer="extend", by="a person"))
    assert "◆ budget: Go on for 500?\n    → waits for an answer" in in_text(fold((*entries, asked)))
    assert "→ extend (by a person)" in in_text(fold((*entries, asked, answered)))


def test_the_context_and_what_was_lost_on_the_way_are_told() -> None:
    """Each earlier user run with its use, its tokens and why."""
    record = family()[0][4]
    told_as = in_text(record)
    assert "as a summary, 30 tokens: it is long ago" in told_as
    assert "left out, 0 tokens: it failed" in told_as
    lost = replace(record, calls=(replace(record.calls[0], lost=("message ids", "run steps")),))
    assert "※ not brought along: run steps" in in_text(lost)


def test_what_people_said_of_it_stands_below() -> None:
    """Tags, groups, importance, feedback, summary."""
    said = Annotations(
        tags=("weather",),
        groups=("trip",),
        score=0.9,
        score_reason="the customer asked for it",
        feedback=(FeedbackGiven(rating=1, comment="right"),),
        metadata={"ticket": 7},
        summary="Oslo is cold.",
        summary_by="a person",
    )
    shown = render_text(user_run_card(told("a1a1"), said))
    for line in (
        "tags: weather", "groups: trip", "importance: 0.9, by a person: the customer asked for it",
        "feedback: 👍 right (user)", "ticket: 7", "summary: Oslo is cold. (by a person)",
    ):  # fmt: skip
        assert f"  {line}\n" in f"{shown}\n"


def test_one_that_nobody_works_on_says_how_to_go_on() -> None:
    """Its process is gone."""
    left = fold(told("a1a1").entries[:9])
    assert "resume()" in render_text(user_run_card(left, is_stalled=True))
    assert "resume()" not in in_text(left)


def test_units_of_a_flow_are_told_with_their_paths() -> None:
    """Beside agent calls."""
    units = (
        Unit(path="report.load", request="r", kind="node", status="completed", seconds=0.4),
        Unit(path="report.plot", request="r", kind="node", status="failed", error=Fault("KeyError", "'x'")),
    )
    record = replace(told("a1a1"), units=units)
    assert "✓ report.load completed · node · 400 ms" in in_text(record)
    assert "✕ report.plot failed · node · KeyError: 'x'" in in_text(record)
    assert "report.plot" in in_html(record)
