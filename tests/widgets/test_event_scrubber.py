"""Walking over a user run's log: every state is folded again."""

from __future__ import annotations

from pathlib import Path

from tests.widgets.told_user_runs import family, told
from threadlab.connect.connect import connect
from threadlab.history.history import History
from threadlab.journal.fact import (
    Answered,
    AnyFact,
    ArtifactKept,
    Interrupted,
    Logged,
    Promoted,
    Queued,
    ScratchSet,
    TicketIssued,
    UnitEnded,
    UnitStarted,
)
from threadlab.journal.workspace import Workspace
from threadlab.widgets.user_runs.event_scrubber import EventScrubber
from threadlab.widgets.user_runs.fact_reel import reel_of, strip_html, strip_text
from threadlab.widgets.user_runs.fact_words import fact_words


def test_each_stop_shows_the_user_run_as_it_was_then() -> None:
    """At the first it is queued and has no answer, at the last it is what it is now."""
    record = told("a1a1")
    scrubber = EventScrubber(record)
    assert "It is −3 °C in Oslo" in scrubber.card.value
    scrubber.scrub.slider.value = 0
    assert "</span> queued</span>" in scrubber.card.value and "get_weather" not in scrubber.card.value
    for place in range(len(record.entries)):
        assert scrubber.reel.at(place).entries == record.entries[: place + 1]
    assert scrubber.reel.at(len(record.entries) - 1) == record
    scrubber.scrub.forward.click()
    assert "</span> in_progress</span>" in scrubber.card.value
    scrubber.scrub.live.click()
    assert "It is −3 °C in Oslo" in scrubber.card.value
    scrubber.close()
    assert scrubber.card.comm is None


def test_the_strip_is_one_line_for_each_fact() -> None:
    """With its time and the status after it, and whoever began it in the head."""
    reel = reel_of(told("a1a1").entries)
    lines = strip_text(reel).splitlines()
    assert len(lines) == len(reel) + 1
    assert lines[1].split("  ")[-1].strip() == "received: What is the weather in Oslo, and what is 21 * 2?"
    assert "1 · get_weather starts with" in strip_text(reel)
    assert lines[-1].endswith("ended: completed") and "✓ completed" in lines[-1]
    woken = reel_of(family()[0][5].entries)
    assert "⚙ system-triggered" in strip_text(woken).splitlines()[0]
    assert "system-triggered" in strip_html(woken)


def test_a_user_run_that_goes_on_has_more_facts_after_a_refresh(tmp_path: Path) -> None:
    """The slider goes along; what is shown is what lies on the disk."""
    whole = told("a1a1").entries
    directory = Workspace(tmp_path).create(told("a1a1").received, whole[0].at)
    for entry in whole[1:4]:
        directory.append(entry.fact, entry.at)
    with connect(seed=3, pace=0) as lab:
        scrubber = EventScrubber(History(lab, tmp_path)[1])
        assert len(scrubber.reel) == 4 and "</span> in_progress</span>" in scrubber.card.value
        for entry in whole[4:]:
            directory.append(entry.fact, entry.at)
        directory.close()
        scrubber.refresh()
    assert scrubber.reel.at(len(scrubber.reel) - 1) == told("a1a1")
    assert "</span> completed</span>" in scrubber.card.value


def test_a_stored_notebook_shows_the_strip() -> None:
    """As HTML and as text, beside the live view."""
    bundle = EventScrubber(told("a1a1"))._repr_mimebundle_()
    assert "what happened in user run" in bundle["text/html"]
    assert bundle["text/plain"].startswith("✓ what happened in user run turn-20231114-221300-a1a1: ")


def test_every_kind_of_fact_has_words() -> None:
    """None is told by the name of its class."""
    told_in_words: list[tuple[AnyFact, str]] = [
        (Queued(reason="main is busy"), "queued: main is busy"),
        (UnitStarted(path="a.b", request="r"), "a.b · the node begins"),
        (UnitEnded(path="a.b", status="completed", result=7), "a.b · it is completed: 7"),
        (Interrupted(id="1", kind="input", question="Which city?"), "interrupted (input): Which city?"),
        (Answered(id="1", answer="Oslo", by="a person"), "a person answered: Oslo"),
        (
            TicketIssued(ticket="t7", path="1.get.1", about="forecast"),
            "1.get.1 · will answer later, by ticket t7: forecast",
        ),
        (ArtifactKept(name="plot.png", sha256="0", size=1234), "kept plot.png, 1,234 bytes"),
        (ScratchSet(key="city", value="Oslo"), "set city = Oslo"),
        (Promoted(key="city", value="Oslo"), "promoted city = Oslo"),
        (Logged(level="warning", text="slow"), "warning: slow"),
    ]
    for fact, words in told_in_words:
        assert fact_words(fact) == words
    for record in family()[0]:
        for entry in record.entries:
            assert type(entry.fact).__name__ not in fact_words(entry.fact)
