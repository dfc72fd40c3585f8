"""Scores, summaries and policies: what an agent is given of the past, and why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.history.records_by_hand import agent_call, path_of, tool_use, user_run
from threadlab import connect
from threadlab.errors import HistoryError, UnknownUserRun
from threadlab.history.contexts.context import (
    CHARACTERS_A_TOKEN,
    ContextPolicy,
    KeepAll,
    context_of,
    estimated_tokens,
    given_of,
)
from threadlab.history.contexts.context_bar import bar_of, context_bar
from threadlab.history.contexts.context_policy import FRAME, ByScore, Recent, UserChoice, Writing, tokens_of
from threadlab.history.contexts.score import WEIGHTS, Later, score, scores_on
from threadlab.history.contexts.summaries import ByAgent, Extractive
from threadlab.journal.annotations import Annotations, FeedbackGiven
from threadlab.journal.record import Record
from threadlab.objects.message import Message, Part

LONG = "It was begun in 1863. " + "Many people like to look at it from the hill. " * 12


def turn(name: str, text: str, answer: str = LONG, status: str = "completed") -> Record:
    """A user run with one call whose message is in the thread."""
    message = Message(id="m", thread_id="t", role="assistant", content=(Part("text", answer),))
    call = agent_call(prompt=text, output=answer, status=status, messages=(message,))
    return user_run(name, text, [call], status=status)


PATH = path_of(
    turn("turn-1", "Remember that I always travel by train."),
    turn("turn-2", "Tell me a joke."),
    turn("turn-3", "What is the Mole Antonelliana?"),
    turn("turn-4", "Thank you.", "You are welcome."),
)


def uses(policy: ContextPolicy, path: tuple[Record, ...] = PATH) -> list[str]:
    """What becomes of each."""
    return [choice.use for choice in policy.choose(path)]


def test_the_parts_of_a_score_sum_to_it_and_each_says_why() -> None:
    """No part gives more than its weight, and the weights sum to one."""
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    for one in scores_on(PATH).values():
        assert 0 <= one.value <= 1
        assert one.value == pytest.approx(sum(part.points for part in one.parts))
        assert all(0 <= part.share <= 1 and part.why for part in one.parts)


def test_what_was_told_to_be_kept_is_worth_more_than_what_is_newer() -> None:
    """Importance is not age alone."""
    scores = scores_on(PATH)
    assert scores["turn-1"].value > scores["turn-2"].value
    assert "“Remember”" in str(scores["turn-1"])


def test_words_that_come_back_tools_and_praise_raise_a_score() -> None:
    """Each through its own part."""
    plain = score(PATH[2])
    later = Later().and_before_it(turn("turn-9", "How high is the Mole Antonelliana?"))
    assert "antonelliana, mole" in str(score(PATH[2], later))
    busy = replace(PATH[2], calls=(replace(PATH[2].calls[0], tools=(tool_use(),)),))
    assert score(busy).value > plain.value
    liked = Annotations(feedback=(FeedbackGiven(rating=-1), FeedbackGiven(rating=1)))
    assert score(PATH[2], said=liked).value == pytest.approx(plain.value + WEIGHTS["marked"])


def test_the_users_number_stands_above_the_reckoned_one() -> None:
    """And the explanation still tells what the parts gave."""
    chosen = score(PATH[1], said=Annotations(score=0.95))
    assert chosen.value == 0.95
    assert 0 <= chosen.reckoned <= 1 and all(part.why for part in chosen.parts)
    assert f"the parts give {chosen.reckoned:.2f}" in str(chosen)
    with pytest.raises(HistoryError, match=r"1\.5 is no score"):
        score(PATH[1], said=Annotations(score=1.5))


def test_recent_keeps_the_newest_and_summarises_or_drops_the_rest() -> None:
    """The tokens of the next call drop, and the originals are not touched."""
    assert uses(Recent(2)) == ["summary", "summary", "verbatim", "verbatim"]
    assert uses(Recent(1, older="dropped")) == ["dropped", "dropped", "dropped", "verbatim"]
    assert context_bar(PATH, Recent(2)).given < context_bar(PATH, KeepAll()).given
    assert PATH[0].calls[0].output == LONG


def test_a_summary_replaces_the_messages_of_its_user_run_by_one() -> None:
    """What stays verbatim is word for word what was said."""
    said = context_of(PATH, UserChoice(summarise=("turn-3",))).said
    assert [LONG in one.text for one in said] == [False, True, False, True, False, False, False]
    assert "Asked: What is the Mole Antonelliana?" in said[4].text


@pytest.mark.parametrize("budget", [0, 40, 130, 250, 400, 600])
def test_a_budget_by_score_is_never_exceeded(budget: int) -> None:
    """Tokens as the context really has them."""
    assert context_bar(PATH, ByScore(tokens=budget)).given <= budget


def test_a_budget_is_spent_by_importance_first_on_summaries_then_on_whole_texts() -> None:
    """The oldest, which is the most important, is made whole before newer ones."""
    assert uses(ByScore(tokens=0)) == ["dropped"] * 4
    assert uses(ByScore(tokens=70)) == ["summary", "dropped", "dropped", "verbatim"]
    assert uses(ByScore(tokens=330)) == ["verbatim", "summary", "summary", "verbatim"]
    assert uses(ByScore(tokens=9999)) == ["verbatim"] * 4


@given(
    lengths=st.lists(st.integers(0, 900), min_size=1, max_size=7),
    worth=st.lists(st.floats(0, 1), min_size=7, max_size=7),
    failed=st.sets(st.integers(0, 6)),
    budget=st.integers(0, 700),
)
def test_the_newest_is_there_and_no_room_is_left_unused(
    lengths: list[int], worth: list[float], failed: set[int], budget: int
) -> None:
    """Whatever the scores: the budget holds, and what is shortened or dropped would not fit."""
    path = path_of(
        *(
            turn(f"turn-{n}", f"Question {n}?", (LONG * 2)[:length], "failed" if n in failed else "completed")
            for n, length in enumerate(lengths)
        )
    )
    said = {f"turn-{n}": Annotations(score=score) for n, score in enumerate(worth)}
    policy = ByScore(tokens=budget, writing=Writing(marks=lambda id: said[id]))
    choices = policy.choose(path)
    taken = [estimated_tokens(given_of(one, choice)) for one, choice in zip(path, choices, strict=True)]
    left = budget - sum(taken)
    assert left >= 0
    for record, choice, tokens in zip(path, choices, taken, strict=True):
        if record.status == "completed" and choice.use != "verbatim":
            assert tokens_of(record) - tokens > left
            assert choice.use == "summary" or left < 60
    completed = [n for n, record in enumerate(path) if record.status == "completed"]
    if completed and budget > FRAME:
        assert choices[completed[-1]].use != "dropped", "the next question may be about it"


def test_a_score_set_by_hand_changes_who_gets_the_budget() -> None:
    """The joke, said to be what matters most, is kept whole instead."""
    said = {"turn-2": Annotations(score=1.0)}
    by_hand = Writing(marks=lambda id: said.get(id, Annotations()))
    assert uses(ByScore(tokens=330, writing=by_hand)) == ["summary", "verbatim", "summary", "verbatim"]


def test_the_user_picks_runs_1_and_3_for_a_summary() -> None:
    """By place or id; the others stay as they are, or as another policy says."""
    assert uses(UserChoice(summarise=(1, "turn-3"))) == ["summary", "verbatim", "summary", "verbatim"]
    assert uses(UserChoice(keep=(1,), drop=(4,), others=Recent(1))) == [
        "verbatim",
        "summary",
        "summary",
        "dropped",
    ]
    for wrong in (0, 5, "turn-9"):
        with pytest.raises(UnknownUserRun, match="is not among the 4 user runs"):
            UserChoice(drop=(wrong,)).choose(PATH)


def test_a_summary_that_the_user_wrote_is_the_one_that_is_used() -> None:
    """Whoever summarises."""
    said = {"turn-1": Annotations(summary="She travels by train.")}
    writing = Writing(marks=lambda id: said.get(id, Annotations()))
    first = Recent(1, writing=writing).choose(PATH)[0]
    assert (first.use, first.summary) == ("summary", "She travels by train.")


@pytest.mark.parametrize("policy", [Recent(4), ByScore(tokens=9999), UserChoice()])
def test_what_failed_stays_out_unless_it_is_asked_for(policy: ContextPolicy) -> None:
    """Its partial messages would mislead."""
    path = (*PATH[:3], turn("turn-4", "Go on.", "I was about to", status="failed"))
    assert uses(policy, path)[-1] == "dropped"
    assert uses(UserChoice(keep=("turn-4",), others=policy), path)[-1] == "verbatim"


def test_swapping_the_policy_changes_the_result() -> None:
    """Each says in words what it is, for the record."""
    policies: list[ContextPolicy] = [KeepAll(), Recent(1), ByScore(tokens=330), UserChoice(drop=(2,))]
    assert len({tuple(uses(policy)) for policy in policies}) == 4
    assert [str(policy) for policy in policies] == [
        "keep all that completed",
        "the newest 1 verbatim, older ones as summary",
        "330 tokens by score",
        "drop 2; keep all that completed",
    ]


def test_extracts_are_short_the_same_every_time_and_keep_the_figures() -> None:
    """The sentence with a figure is worth more than five without."""
    first = Extractive()(PATH[2], 40)
    assert first == Extractive()(PATH[2], 40)
    assert len(first) <= 40 * CHARACTERS_A_TOKEN
    assert "1863" in first


def test_an_agent_of_the_service_writes_summaries_once_and_says_what_they_cost() -> None:
    """Its agent and thread are gone again."""
    with connect(seed=1) as lab:
        by_agent = ByAgent(lab)
        policy = Recent(1, writing=Writing(by=by_agent))
        first = policy.choose(PATH)
        assert [one.use for one in first] == ["summary", "summary", "summary", "verbatim"]
        assert all(one.summary for one in first[:3])
        asked = len(by_agent.totals.turns)
        assert (asked, policy.choose(PATH)) == (3, first)
        assert len(by_agent.totals.turns) == asked
        assert by_agent.totals.usage.total_tokens > 0
        assert [*lab.threads.list()] == []


def test_the_bar_shows_verbatim_summarised_and_dropped_tokens() -> None:
    """And each user run with its reason; what was recorded draws the same bar."""
    policy = UserChoice(summarise=(1,), drop=(2,))
    bar = context_bar(PATH, policy)
    drawn = str(bar)
    assert all(mark in drawn for mark in "█▒░")
    assert f"{tokens_of(PATH[1])} dropped" in drawn
    assert "the user left it out" in drawn
    assert bar.saved == sum(map(tokens_of, PATH)) - bar.given
    assert bar_of(context_of(PATH, policy).parts, PATH) == bar
