"""What a learner configures by files: the policy, patterns, notes on models; and what was learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.orchestration.conftest import Stage, agent
from tests.orchestration.personas import fails, policy_reader, says, wants, writes
from threadlab.errors import HistoryError
from threadlab.history.branch import Branch
from threadlab.journal.decision import PostMortemWritten, Quoted
from threadlab.journal.fact import Logged
from threadlab.orchestration.learning.loops import LearningLoops
from threadlab.orchestration.orchestration import Orchestration

CAREFUL = """
way = "review"
description = "For texts that must be right."

[conditions]
min_words = 3

[[team]]
member = "ada"
role = "writer"

[[team]]
member = "bob"
role = "critic"
"""
PEOPLE = {"orchestrator": policy_reader, "ada": writes("A tide."), "bob": wants("moon")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder `orchestration/`."""
    folder = tmp_path / "orchestration"
    (folder / "patterns").mkdir(parents=True)
    (folder / "policy.md").write_text('- "poem": careful\n- otherwise: answer_directly with bob\n')
    return folder


def test_a_new_file_is_a_new_pattern_and_a_retired_one_is_no_longer_offered(
    stage: Stage, folder: Path
) -> None:
    """O13, O35, O47, O48: and the user run that was made by it still shows and replays."""
    main = stage.branch(Orchestration.load(folder), **PEOPLE)
    before = main.ask("Write a poem.")
    assert before.orchestration.fallbacks and before.orchestration.fallbacks[0].why.startswith(
        "it chose 'careful'"
    )
    (folder / "patterns" / "careful.toml").write_text(CAREFUL)
    history = stage.at(main)
    with_it = history.branch("main", orchestrated_by=Orchestration.load(folder)).ask("Write a poem.")
    assert with_it.orchestration.decisions[0].pattern == "careful"
    assert with_it.output == "A tide. moon"
    (folder / "patterns" / "careful.toml").write_text(f'status = "retired"\n{CAREFUL}')
    retired = history.branch("main", orchestrated_by=Orchestration.load(folder))
    after = retired.ask("Write a poem.")
    opened = after.orchestration.opened
    assert opened is not None and opened.patterns == () and after.orchestration.fallbacks
    assert history[with_it.id].orchestration.decisions[0].pattern == "careful"
    assert history[with_it.id].replay().output == "A tide. moon"


@pytest.mark.parametrize(
    ("conditions", "against"),
    [
        ("min_words = 3", "the request has 2 words, fewer than 3"),
        ("max_words = 1", "the request has 2 words, more than 1"),
        ('models = ["large", "huge"]', "it needs an agent on large or huge"),
        ('tools = ["look_up"]', "nobody has the tool look_up"),
        ("", ""),
    ],
)
def test_conditions_are_checked_and_shown(stage: Stage, folder: Path, conditions: str, against: str) -> None:
    """O46: what is not met says why; what is offered says when it makes sense."""
    text = CAREFUL.replace("min_words = 3", conditions)
    (folder / "patterns" / "careful.toml").write_text(text)
    orchestration = Orchestration.load(folder)
    main = stage.branch(orchestration, **PEOPLE)
    config = orchestration.config(main.config, "A poem", 0.0)
    offer = orchestration.body("A poem", config).orchestrator.offer
    assert offer.unmet.get("careful", "") == against
    told = config.agents["orchestrator"].instructions or ""
    assert ("- careful (review with ada as writer, bob as critic; when: " in told) == (not against)


def test_another_model_brings_other_notes_and_so_other_choices(stage: Stage, folder: Path) -> None:
    """O41: the policy asks for whoever is good at it; notes are quoted of models that are in use only."""
    (folder / "policy.md").write_text('- "sum": answer_directly with whoever is good at sums')
    (folder / "capabilities.toml").write_text(
        '[models.small]\nweak_at = ["sums"]\ncontext = 8000\n[models.large]\ngood_at = ["sums"]\n'
    )
    history = stage.history(orchestrator=policy_reader, ada=says("A"), bob=says("B"))
    agents = [agent(history.lab, "ada", model="small"), agent(history.lab, "bob", model="small")]
    main = history.branch(agents=agents, orchestrated_by=Orchestration.load(folder))
    first = main.ask("Do a sum.")
    assert first.output == "A"
    told = first.record.config.agents["orchestrator"].instructions or ""
    assert "- small: weak at sums; reads at most 8000 tokens" in told and "large" not in told
    main.configure(model="large", of="bob")
    second = main.ask("Do a sum.")
    assert second.output == "B"
    assert "- large: good at sums" in (second.record.config.agents["orchestrator"].instructions or "")
    assert "large" not in (first.record.config.agents["orchestrator"].instructions or "")


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("patterns/x.toml", "way = 3", "x.toml holds no pattern: way: "),
        ("patterns/x.toml", 'way = "fly"\ndescription = ""', "the way 'fly', which there is not"),
        ("patterns/x.toml", "[[", "x.toml holds no pattern"),
        ("patterns/x.toml", 'way = "review"\ndescription = ""', "review takes at least 2 members"),
        ("patterns/x.toml", 'way = "ask_user"\ndescription = ""', "question: Field required"),
        ("capabilities.toml", "[models.small]\ngood = 1", "capabilities: models, small, good: Extra"),
    ],
)
def test_a_broken_file_is_named_with_what_to_write(folder: Path, file: str, text: str, found: str) -> None:
    """The error is a lesson, and comes before anything runs."""
    (folder / file).write_text(text)
    with pytest.raises(HistoryError, match=found) as raised:
        Orchestration.load(folder)
    assert raised.value.hint


def test_a_folder_without_a_policy_is_refused(tmp_path: Path) -> None:
    """Logic lives in that text: without it there is none."""
    with pytest.raises(HistoryError, match=r"has no policy\.md"):
        Orchestration.load(tmp_path)


def test_an_agent_that_the_branch_does_not_have_is_refused_before_anything_is_written(stage: Stage) -> None:
    """The error names those that there are."""
    with pytest.raises(HistoryError, match="no agent 'eve'") as raised:
        stage.branch(Orchestration(policy="", default="eve"), ada=says("A"))
    assert "ada" in str(raised.value.hint)


class Taught:
    """What was learned, by hand; it counts how often it is asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[tuple[str, list[str], list[str]]] = []
        self.looked_back: list[str] = []

    def applying(
        self, request: str, agents: Mapping[str, Any], patterns: Sequence[str], now: float
    ) -> Sequence[Quoted]:
        """One learning for every request."""
        self.asked.append((request, list(agents), list(patterns)))
        return (Quoted(id="L1", text=self.text),)

    def post_mortem(self, context: Any, scope: Any, request: str, now: float) -> Any:
        """It says that it was good."""
        self.looked_back.append(request)
        yield from ()
        return PostMortemWritten(rating=1.0, why="it was good", dimension="agent", pattern="answer_directly")


def taught(stage: Stage, learning: Any) -> Branch:
    """A branch whose policy says ada, whatever was learned."""
    orchestration = Orchestration(policy="- otherwise: answer_directly with ada", learning=learning)
    return stage.branch(orchestration, orchestrator=policy_reader, ada=says("A"), bob=says("B"))


def test_what_was_learned_is_quoted_once_for_a_request_and_recorded_with_it(stage: Stage) -> None:
    """O29, O39: the decision names the learning; a replay takes what was quoted then."""
    learning = Taught("for any request: prefer agent bob: he knows")
    turn = taught(stage, learning).ask("Who knows?")
    assert turn.output == "B"
    (decision,) = turn.orchestration.decisions
    assert decision.learnings == ("L1",)
    assert turn.orchestration.opened is not None
    assert [one.id for one in turn.orchestration.opened.learnings] == ["L1"]
    assert turn.orchestration.post_mortem is not None and turn.orchestration.post_mortem.rating == 1.0
    learning.text = "for any request: prefer agent ada"
    assert turn.replay().output == "B"
    assert [request for request, *_ in learning.asked] == ["Who knows?"]
    assert learning.asked[0][1] == ["ada", "bob"] and "review" in learning.asked[0][2]
    assert learning.looked_back == ["Who knows?", "Who knows?"]


def test_learning_that_breaks_changes_nothing_of_the_user_run(stage: Stage) -> None:
    """The work is done; the log tells that there is no post-mortem."""

    class Broken(Taught):
        def post_mortem(self, context: Any, scope: Any, request: str, now: float) -> Any:
            yield from ()
            raise RuntimeError("no memory")

    turn = taught(stage, Broken("")).ask("Hello.")
    assert turn.status == "completed" and turn.orchestration.post_mortem is None
    logged = [entry.fact.text for entry in turn.record.entries if isinstance(entry.fact, Logged)]
    assert any("no memory" in text for text in logged)


def test_a_failure_teaches_and_the_next_decision_quotes_it(stage: Stage) -> None:
    """O27, O29: with the real loops; ada fails, and the next request of the kind goes to bob."""
    history = stage.history(orchestrator=policy_reader, ada=fails("ada is ill"), bob=says("B"))
    policy = "- if it fails: answer_directly with bob\n- otherwise: answer_directly with ada"
    orchestration = Orchestration(policy=policy, learning=LearningLoops(history.workspace))
    agents = [agent(history.lab, "ada"), agent(history.lab, "bob")]
    main = history.branch(agents=agents, orchestrated_by=orchestration)
    first = main.ask("Write a poem on tides.")
    assert [one.agents for one in first.orchestration.decisions] == [("ada",), ("bob",)]
    assert first.orchestration.post_mortem is not None
    second = main.ask("Write a poem on winds.")
    assert [one.agents for one in second.orchestration.decisions] == [("bob",)]
    assert second.orchestration.decisions[0].learnings
