from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.widgets.test_page import HOSTILE, assert_ours, skeleton
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.objects.quota import CleanedUp, LeftAlone, Quota, ServiceLimit, StoredObject
from threadlab.widgets.cards.live_quota import FIRST, LiveQuota
from threadlab.widgets.cards.quota_view import (
    MOST,
    age,
    clean_up_html,
    clean_up_text,
    clean_up_view,
    quota_html,
    quota_text,
    quota_view,
)

MINE = StoredObject(kind="agent", id="asst_1", name="guide", age=7200.0, made_here=True)
BUSY = StoredObject(kind="thread", id="thread_1", age=3.0, made_here=True, in_use=True)
OTHER = StoredObject(kind="agent", id="asst_2", age=200_000.0)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


def test_every_object_stands_there_with_its_age_and_whose_it_is() -> None:
    """F47: what was made here first, for that can be deleted."""
    view = quota_view(Quota(place="here", at=0.0, objects=(OTHER, MINE, BUSY)))
    assert [(one.id, one.age, one.whose) for one in view.objects] == [
        ("asst_1", "2 hours", "made here"),
        ("thread_1", "3 seconds", "made here, in use"),
        ("asst_2", "2 days", "of others"),
    ]
    assert view.summary == "2 agents, 1 thread, 2 made here"


@pytest.mark.parametrize(
    ("limit", "words", "drawing"),
    [
        (ServiceLimit(kind="tools", count=32, limit=128), "32 · at most 128", (25.0, "good")),
        (ServiceLimit(kind="tools", count=110, limit=128), "110 · at most 128", (85.94, "ask")),
        (ServiceLimit(kind="tools", count=300, limit=128), "300 · at most 128", (100.0, "bad")),
        (ServiceLimit(kind="messages", limit=100_000), "not counted · at most 100,000", None),
        (ServiceLimit(kind="agents", count=2), "2 · no documented limit", None),
    ],
)
def test_a_limit_is_a_bar_where_both_figures_are_known(
    limit: ServiceLimit, words: str, drawing: tuple[float, str] | None
) -> None:
    """Nothing is drawn that nobody knows."""
    (line,) = quota_view(Quota(place="here", at=0.0, limits=(limit,))).limits
    assert line.words == words
    assert (line.bar and (line.bar.width, line.bar.style)) == drawing


def test_the_ages_are_told_in_their_largest_unit() -> None:
    """As a person would say it."""
    told = [age(seconds) for seconds in (0.2, 1, 59, 60, 3600, 86400, 86400 * 3.9)]
    assert told == ["under a second", "1 second", "59 seconds", "1 minute", "1 hour", "1 day", "3 days"]


def test_a_clean_up_tells_what_became_of_every_object() -> None:
    """Deleted, gone already, kept with the reason, failed with the service's words, others untouched."""
    done = CleanedUp(
        place="here",
        deleted=(MINE,),
        gone=(replace(MINE, id="asst_9"),),
        kept=(LeftAlone(BUSY, "a run is at work with it"),),
        failed=(LeftAlone(replace(MINE, id="asst_8"), "the service could not"),),
        of_others=4,
    )
    view = clean_up_view(done)
    assert [(title, len(lines)) for title, _, lines in view.groups] == [
        ("deleted", 1),
        ("gone already", 1),
        ("kept", 1),
        ("could not be deleted", 1),
    ]
    text = clean_up_text(done)
    assert "kept: thread thread_1: a run is at work with it" in text
    assert "4 objects of others not touched" in text
    assert "would be deleted" in clean_up_text(replace(done, dry_run=True))


def test_a_long_ledger_is_cut_and_says_so() -> None:
    """In both forms."""
    objects = tuple(replace(MINE, id=f"asst_{number}") for number in range(MOST + 3))
    quota = Quota(place="here", at=0.0, objects=objects)
    assert "3 more" in quota_html(quota)
    assert "3 more" in quota_text(quota)


def test_nothing_at_all_costs_nothing() -> None:
    """Neither form is blank."""
    assert "nothing costs quota" in quota_html(Quota(place="here", at=0.0))
    assert quota_text(Quota(place="here", at=0.0)) == "here: nothing, 0 made here"
    assert clean_up_text(CleanedUp(place="here")) == "here: nothing deleted"


def test_the_first_press_shows_what_would_go_and_the_second_lets_it_go(lab: Lab) -> None:
    """Two presses, and what is of others stays."""
    agent = lab.create_agent(name="guide")
    other = lab.sdk.create_agent(model=lab.model, name="of others")
    view = LiveQuota(lab)
    assert agent.id in view.view.value
    view.clean.click()
    assert "would be deleted" in view.plan.value
    assert view.clean.description == "Delete these 1"
    assert {one.id for one in lab.quota().objects} == {agent.id, other.id}
    view.clean.click()
    assert {one.id for one in lab.quota().objects} == {other.id}
    assert "1 agent deleted" in view.plan.value
    assert agent.id not in view.view.value
    assert view.clean.description == FIRST


def test_a_plan_can_be_dropped(lab: Lab) -> None:
    """Keep everything: the next press only shows again."""
    agent = lab.create_agent()
    view = LiveQuota(lab)
    view.clean.click()
    view.keep.click()
    assert (view.plan.value, view.clean.description) == ("", FIRST)
    view.clean.click()
    assert agent.id in {one.id for one in lab.quota().objects}


def test_where_nothing_would_go_no_press_deletes(lab: Lab) -> None:
    """What is too young is kept, with the reason, and the button stays the first one."""
    lab.create_agent()
    view = LiveQuota(lab, older_than=3600)
    view.clean.click()
    assert "younger than" in view.plan.value
    assert view.clean.description == FIRST
    assert repr(view) == "LiveQuota()"
    view.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_quota_becomes_markup(text: str) -> None:
    """Names, kinds, places, reasons, sources."""

    def pages(words: str) -> list[str]:
        one = replace(MINE, kind=words, id=words, name=words)
        limit = ServiceLimit(kind=words, count=1, limit=2, source=words)
        left = (LeftAlone(one, words),)
        return [
            quota_html(Quota(place=words, at=0.0, objects=(one,), limits=(limit,))),
            clean_up_html(CleanedUp(place=words, deleted=(one,), gone=(one,), kept=left, failed=left)),
        ]

    for hostile, harmless in zip(pages(text), pages("harmless"), strict=True):
        assert skeleton(hostile) == skeleton(harmless)
        assert_ours(hostile)
