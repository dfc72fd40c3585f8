"""What a user run teaches: to which choice its outcome is owed, and how findings become learnings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orchestration.learning_by_hand import BEGAN, decision, finding, learning, member
from threadlab.journal.decision import Decision, Seat
from threadlab.orchestration.learning.attribution import Story, findings_of
from threadlab.orchestration.learning.finding import taken_in
from threadlab.orchestration.learning.judging import verdict_in
from threadlab.orchestration.learning.learning import Ageing, Learning
from threadlab.orchestration.learning.post_mortem import post_mortem
from threadlab.orchestration.learning.request_words import words_of


def taught(*decisions: Decision, **told: Any) -> list[tuple[str, str, str]]:
    """(dimension, advice, subject) of what such a user run teaches."""
    found = findings_of(Story(request="Write a poem.", decisions=decisions, **told))
    return [(one.dimension, one.advice, one.subject) for one in found]


def taken(*findings: tuple[str, Any]) -> dict[str, Learning]:
    """The learnings after these findings, each by its evidence, in order."""
    known: dict[str, Learning] = {}
    for by, one in findings:
        known |= {new.id: new for new in taken_in(one, by, tuple(known.values()), BEGAN, Ageing())}
    return known


def test_a_request_is_known_by_its_words_alone() -> None:
    """No fillers, no numbers, no plural."""
    assert words_of("Please write 3 poems about the SEA!") == {"write", "poem", "sea"}


def test_only_the_dimension_that_changed_gets_the_blame_and_the_praise() -> None:
    """The first agent failed, the second did not, all else was the same: it was the agent."""
    assert taught(decision(1, agents=["bad"], status="failed"), decision(2, agents=["good"])) == [
        ("agent", "avoid", "bad"),
        ("agent", "prefer", "good"),
    ]


def test_the_same_agent_with_another_model_makes_it_the_parameters() -> None:
    """Parameters are a dimension of their own."""
    failed = decision(1, status="failed", parameters={"model": "small"})
    found = taught(failed, decision(2, parameters={"model": "large"}))
    assert found[:2] == [("parameters", "avoid", "model=small"), ("parameters", "prefer", "model=large")]


def test_a_team_with_other_members_makes_it_the_team() -> None:
    """The way was the same, and the seats were not."""
    failed = decision(1, "run_sequence", ["a", "b"], status="failed")
    found = taught(failed, decision(2, "run_sequence", ["a", "c"]))
    assert found[:2] == [("team", "avoid", "a + b"), ("team", "prefer", "a + c")]


def test_where_two_dimensions_changed_each_gets_half_and_says_so() -> None:
    """Nobody can tell them apart, and the finding does not pretend to."""
    failed = decision(1, status="failed", parameters={"temperature": 2})
    story = Story(request="Write.", decisions=(failed, decision(2, agents=["good"])))
    found = {one.subject: one for one in findings_of(story)}
    assert found["good"].strength == pytest.approx(found["temperature=2"].strength)
    assert found["good"].strength < 0.4
    assert "changed together" in found["good"].why


def test_one_member_that_failed_is_to_blame_alone_and_all_of_one_model_blame_the_model() -> None:
    """A failed member is the agent's; when everybody with that model failed it is the model's."""
    one = decision(1, "run_parallel", ["a", "b"], member("a"), member("b", status="failed"), status="failed")
    assert taught(one) == [("agent", "avoid", "b")]
    both = [member(name, status="failed", model="small") for name in "ab"]
    everybody = decision(1, "run_parallel", ["a", "b"], *both, status="failed")
    assert taught(everybody) == [("parameters", "avoid", "model=small")]


def test_a_limit_that_cut_a_member_off_is_to_be_avoided() -> None:
    """A limit set by the decision, and a member that ended incomplete."""
    cut = decision(1, "answer_directly", ["solo"], member("solo", status="incomplete"), status="incomplete",
                   parameters={"max_completion_tokens": 5})  # fmt: skip
    assert ("parameters", "avoid", "max_completion_tokens=5") in taught(cut)


def test_a_review_is_worth_it_only_if_the_critic_changed_something() -> None:
    """Two drafts: prefer it. The first one accepted: an answer alone would have done."""
    twice = [member("writer", turn=1), member("critic", role="critic"), member("writer", turn=2)]
    assert taught(decision(1, "review", ["writer", "critic"], *twice)) == [("pattern", "prefer", "review")]
    once = twice[:2]
    assert taught(decision(1, "review", ["writer", "critic"], *once))[0] == ("pattern", "avoid", "review")


def test_a_review_without_an_end_blames_the_team() -> None:
    """Everybody did their part, and it was never accepted: this writer with this critic."""
    members = [member("writer", role="writer"), member("critic", role="critic")]
    seats = (Seat(member="writer", role="writer"), Seat(member="critic", role="critic"))
    story = decision(1, "review", ["writer", "critic"], *members, team=seats, status="incomplete",
                     reason="not accepted after 3 rounds")  # fmt: skip
    assert taught(story) == [("team", "avoid", "critic as critic + writer as writer")]


def test_members_that_gave_nothing_make_the_team_too_large() -> None:
    """It worked without them."""
    members = [member("a"), member("b", text="")]
    seats = (Seat(member="a"), Seat(member="b"))
    found = taught(decision(1, "run_parallel", ["a", "b"], *members, team=seats))
    assert found[0] == ("team", "avoid", "a + b")


def test_a_fallback_is_no_choices_fault() -> None:
    """The default agent answered because there was no valid choice: that teaches nothing of the agent."""
    fallen = decision(1, fallback="it named an unknown agent")
    assert taught(fallen) == []
    told = post_mortem(Story(request="Write.", decisions=(fallen,)))
    assert told.rating == 0 and "1 fallback" in told.why


def test_that_it_completed_teaches_nothing_and_a_judgement_does() -> None:
    """Nobody judged: it is rated, and said so. Judged wrong: avoid, although it completed."""
    unjudged = post_mortem(Story(request="Write.", decisions=(decision(),)))
    right = post_mortem(Story(request="Write.", decisions=(decision(),), is_right=True))
    wrong = post_mortem(Story(request="Write.", decisions=(decision(),), is_right=False, verdict="no rhyme"))
    assert (unjudged.rating, unjudged.findings) == (1.0, ())
    assert "nobody judged the answer" in unjudged.why
    assert [one.advice for one in right.findings + wrong.findings] == ["prefer", "avoid"]
    assert wrong.rating == 0.0 and "wrong: no rhyme" in wrong.why


def test_going_round_until_a_guard_stops_it_is_the_ways_fault() -> None:
    """Everybody handed on in good order; the agent that was chosen first is not to blame."""
    circle = decision(1, "hand_off", ["a"], member("a"), member("b"), status="stopped", reason="asked twice")
    assert taught(circle) == [("pattern", "avoid", "hand_off")]


def test_a_judges_words_are_read_or_taken_for_no_verdict() -> None:
    """RIGHT or WRONG and why; anything else is no verdict, not a guess."""
    assert verdict_in("WRONG: it has no rhyme.\nSorry.") == (False, "it has no rhyme.")
    assert verdict_in("Right") == (True, "")
    assert verdict_in("Nice poem!")[0] is None


def test_a_duplicate_strengthens_and_leaves_the_words_that_both_requests_have() -> None:
    """Sea and snow go, poem and write stay: one learning, heavier, from two user runs."""
    known = taken(("run-1", finding(words="poem sea write")), ("run-2", finding(words="poem snow write")))
    (one,) = known.values()
    assert one.applies_to.words == ("poem", "write")
    assert one.weight == pytest.approx(0.75)
    assert one.user_runs == ("run-1", "run-2")


def test_the_same_of_other_requests_is_another_learning() -> None:
    """What holds for poems says nothing of sums."""
    assert len(taken(("run-1", finding(words="poem write")), ("run-2", finding(words="add sum")))) == 2


def test_a_contrary_finding_makes_the_learning_lighter() -> None:
    """Prefer, then avoid: both are there, and the old one lost weight."""
    known = taken(("run-1", finding()), ("run-2", finding(advice="avoid")))
    old, new = known.values()
    assert (old.advice, old.weight, old.against) == ("prefer", 0.25, ("run-2",))
    assert (new.advice, new.weight) == ("avoid", 0.5)


def test_a_retired_learning_is_not_learned_again() -> None:
    """Somebody took it out of use; the same finding does not bring it back."""
    retired = learning(retired="the model is better now")
    assert taken_in(finding(), "run-2", [retired], BEGAN, Ageing()) == ()
