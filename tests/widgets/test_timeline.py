from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.objects.run import STATUSES, Run
from threadlab.widgets.runs.timeline import Timeline, render_html, render_text, timeline


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab with its rule-based stand-in, whose runs take about four seconds."""
    with connect(target=Local(seed=2, pace=0)) as lab:
        yield lab


def started(lab: Lab) -> Run:
    """A run on a thread of its own."""
    question = {"role": "user", "content": "What is a thread, and what is a run?"}
    return lab.runs.create(lab.threads.create(messages=[question]).id, lab.create_agent().id)


def poll(lab: Lab, run: Run, seconds: float) -> Run:
    """Look every so many seconds until it is over."""
    while not run.is_terminal:
        lab.time.sleep(seconds)
        run = run.read()
    return run


def test_slow_polls_miss_what_came_and_went(lab: Lab) -> None:
    """And learn of the end late; both are told in words."""
    drawn = timeline(lab, poll(lab, started(lab), 5))
    assert drawn.missed == ("in_progress",)
    assert drawn.requests == 2
    assert drawn.delay == pytest.approx(5 - drawn.seconds)
    assert "No look saw: in_progress." in render_text(drawn)


def test_quick_polls_miss_nothing_and_cost_more(lab: Lab) -> None:
    """The price of a look is a request."""
    drawn = timeline(lab, poll(lab, started(lab), 0.2))
    assert drawn.missed == ()
    assert drawn.requests > 20
    assert drawn.delay is not None
    assert 0 <= drawn.delay < 0.2


def test_a_stream_tells_everything_in_one_request(lab: Lab) -> None:
    """Without delay."""
    run = started(lab)
    poll(lab, run, 5)
    *_, last = (event.run for event in lab.runs.stream(run.thread_id, run.agent_id) if event.run)
    drawn = timeline(lab, last)
    assert (drawn.requests, drawn.delay, drawn.missed) == (1, 0, ())
    assert "missed nothing" in render_text(drawn)


def test_a_stream_that_was_left_early_told_nothing_after_that(lab: Lab) -> None:
    """The end is known when somebody looks; what came and went until then is not."""
    stream = lab.runs.stream(lab.threads.create().id, lab.create_agent().id)
    run = next(event.run for event in stream if event.run)
    stream.close()
    unseen = timeline(lab, run)
    lab.time.sleep(20)
    drawn = timeline(lab, run.read())
    assert unseen.delay is None
    assert drawn.missed == ("in_progress",)
    assert drawn.left is not None
    assert drawn.delay == pytest.approx(20 - drawn.seconds, abs=1)
    assert all(tick.words == "status queued" for tick in drawn.stream)
    assert "The stream was left after" in render_text(drawn)
    assert "missed nothing" not in render_text(drawn)


def test_a_run_that_goes_on_is_drawn_up_to_now(lab: Lab) -> None:
    """Its end is not known, and that is said."""
    run = started(lab)
    lab.time.sleep(1)
    drawn = timeline(lab, run.read())
    assert drawn.delay is None
    assert drawn.seconds == pytest.approx(1)
    assert "its end is not known yet" in render_text(drawn)


def test_html_and_text_tell_the_same(lab: Lab) -> None:
    """What was missed, what it cost, and the legend of all nine statuses."""
    drawn = timeline(lab, poll(lab, started(lab), 5))
    page, text = BeautifulSoup(render_html(drawn), "html.parser").get_text(), render_text(drawn)
    for said in ("2 requests", "No look saw: in_progress.", "completed", *STATUSES):
        assert said in page
        assert said in text


def test_each_lane_says_in_words_what_it_draws(lab: Lab) -> None:
    """For a reader who cannot see it."""
    page = BeautifulSoup(render_html(timeline(lab, poll(lab, started(lab), 5))), "html.parser")
    lanes = [str(lane["aria-label"]) for lane in page.select("svg.tl-lane")]
    assert lanes[0].startswith("queued for 400 ms")
    assert "a look saw completed" in lanes[1]
    assert "status completed" in lanes[2]


def test_the_timeline_shows_itself(lab: Lab) -> None:
    """By repr as text, and in a notebook as HTML."""
    drawn: Timeline = timeline(lab, poll(lab, started(lab), 5))
    assert repr(drawn) == render_text(drawn)
    assert drawn._repr_html_() == render_html(drawn)


def test_a_status_that_nobody_knows_is_drawn_as_unknown(lab: Lab) -> None:
    """By its own word, in the page's own class."""
    run = started(lab)
    with lab.workbench.faults("unknown_status", status="paused"):
        run.read()
    drawn = timeline(lab, replace(run))
    assert [look.style for look in drawn.looks] == ["queued", "unknown"]
