"""Facts become lines, and lines the same facts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, get_args

import pytest

from tests.journal import story
from threadlab.errors import JournalError
from threadlab.journal.codec import EVENTS, FACTS, dumped, word
from threadlab.journal.fact import AnyFact, ArtifactKept, CallStarted, Entry, Observed, Received, ScratchSet
from threadlab.journal.observing import RUN_EVENTS, lasting
from threadlab.objects.event import Polled, TextArrived

FACTS_OF_STORY = [entry.fact for entry in story.entries()]


def test_the_story_has_every_kind_of_fact_and_of_event() -> None:
    """So what holds for it holds for all; an artifact is kept by the folder itself."""
    assert {type(fact) for fact in FACTS_OF_STORY} | {ArtifactKept} == set(get_args(AnyFact))
    assert {type(event) for event in story.events()} == set(RUN_EVENTS)


@pytest.mark.parametrize("fact", [*FACTS_OF_STORY, ArtifactKept(name="a", sha256="b", size=1)], ids=repr)
def test_a_fact_comes_back_as_it_was(fact: AnyFact) -> None:
    """With all objects of the kit inside it."""
    line = dumped(FACTS.document(fact))
    assert FACTS.read(json.loads(line)) == fact
    assert line.endswith(b"}\n") and line.count(b"\n") == 1


def test_a_line_is_short_begins_with_its_kind_and_keeps_the_order_of_the_class() -> None:
    """What is as by default is left out."""
    fact = CallStarted(path="2", agent="guide", prompt="Hi, Zoë", request="abc")
    expected = '{"type":"call_started","path":"2","agent":"guide","prompt":"Hi, Zoë","request":"abc"}\n'
    assert dumped(FACTS.document(fact)).decode() == expected


def test_what_ties_an_object_to_a_service_is_left_behind() -> None:
    """A run that was read back has no home and no native object, at any depth."""
    event = next(iter(story.events()))
    read: Any = EVENTS.read(json.loads(dumped(EVENTS.document(event))))
    assert read.run.native is None and read.run.home is None
    assert "native" not in dumped(EVENTS.document(event)).decode()


def test_the_schema_is_always_written() -> None:
    """Or an old line would be taken for a new one."""
    document = FACTS.document(story.received("turn-20231114-221320-abcd"))
    assert document["schema"] == 1 and isinstance(FACTS.read(document), Received)


@pytest.mark.parametrize("text", ["half of a pair: \ud800", "a\nb\r\u2028c", "", "\x00"])
def test_any_text_survives_on_one_line(text: str) -> None:
    """Also what UTF-8 has no form for."""
    line = dumped(FACTS.document(ScratchSet(key="k", value=text)))
    assert line.count(b"\n") == 1 and FACTS.read(json.loads(line)).value == text


@pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused_with_a_hint(value: Any) -> None:
    """Not written as something else."""
    with pytest.raises(JournalError) as raised:
        dumped(FACTS.document(ScratchSet(key="k", value=value)))
    assert raised.value.hint


@pytest.mark.parametrize(
    "document",
    [
        {"type": "no_such"},
        {"type": "ended"},
        {"type": "queued", "reason": "x", "more": 1},
        {"type": "observed", "path": "1"},
        {},
    ],
)
def test_a_line_that_is_no_fact_is_refused(document: dict[str, Any]) -> None:
    """Unknown kinds, missing and unknown fields."""
    with pytest.raises(ValueError, match=r"\w"):
        FACTS.read(document)


def test_polls_and_growing_text_are_views_and_no_facts() -> None:
    """What they lead to is told by an event of its own."""
    assert lasting(Polled(at=1.0, run=story.run(), poll=1)) is None
    assert lasting(TextArrived(at=1.0, message_id="m", text="a", so_far="a")) is None
    for event in story.events():
        assert lasting(event) is event
        assert word(type(event)) == EVENTS.document(event)["type"]


def test_importing_the_journal_builds_no_reader() -> None:
    """They take a while, and are made at the first line of their kind."""
    program = "import threadlab.journal.codec as codec; print(codec._reader.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_an_entry_is_an_observed_event_at_its_path() -> None:
    """Observed keeps its event's kind inside."""
    entry = Entry(seq=1, at=1.0, fact=Observed(path="1", event=next(iter(story.events()))))
    document = FACTS.document(entry.fact)
    assert document["event"]["type"] == "status_changed" and document["path"] == "1"
