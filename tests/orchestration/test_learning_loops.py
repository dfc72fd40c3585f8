"""Both learning loops at work in orchestrated user runs: a scripted orchestrator does as it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.wide_page import on_a_wide_page
from threadlab.cli.app import app
from threadlab.connect.connect import connect
from threadlab.connect.scripted_model import calling, scripted_model
from threadlab.errors import HistoryError
from threadlab.history.branch import Branch
from threadlab.history.history import History
from threadlab.objects.agent import Agent
from threadlab.orchestration.learning.experiment import Case, answered_by, experiment, requests_behind
from threadlab.orchestration.learning.learning import DAY
from threadlab.orchestration.learning.learnings import FILE, Learnings
from threadlab.orchestration.learning.loops import LearningLoops
from threadlab.orchestration.monitoring import Monitoring
from threadlab.orchestration.orchestration import Orchestration
from threadlab.orchestration.overhead import overhead

TEAM = ("novice", "poet", "clerk")
GOOD_AT = {"poem": "poet", "sum": "clerk"}
ORCHESTRATOR = "You are the orchestrator"


def is_right(request: str, answer: str) -> bool:
    """Whether whoever answered is good at it."""
    return any(kind in request and answer == who for kind, who in GOOD_AT.items())


@dataclass(slots=True)
class Persona:
    """An orchestrator that follows what it is told, and asks the novice else; agents that say their names."""

    told: list[str] = field(default_factory=list)

    def __call__(self, asked: Any) -> Any:
        """One consultation."""
        if ORCHESTRATOR not in asked.instructions:
            return asked.instructions
        if asked.call > 1:
            return "Noted."
        self.told.append(asked.instructions)
        lines = asked.instructions.splitlines()
        return _choice([line for line in lines if line.startswith("- [learning")])


def _choice(learned: list[str]) -> Any:
    """The agent that a learning prefers, else the first that none says to avoid."""
    ids = [line.partition("]")[0].removeprefix("- [") for line in learned]
    preferred = [who for who in TEAM if any(f"prefer agent {who}" in line for line in learned)]
    avoided = [who for who in TEAM if any(f"avoid agent {who}" in line for line in learned)]
    agent = next(iter([*preferred, *(who for who in TEAM if who not in avoided)]))
    return calling("answer_directly", agent=agent, reasoning="As I was told.", learnings=ids)


@pytest.fixture
def persona() -> Persona:
    """The orchestrator."""
    return Persona()


@pytest.fixture
def history(persona: Persona, tmp_path: Path) -> Iterator[History]:
    """A history whose models are scripted."""
    with connect(seed=3, pace=0, completer=scripted_model(persona)) as lab:
        yield History(lab, tmp_path / "runs")


def team(history: History) -> Mapping[str, Agent]:
    """A novice and two who are good at something; each answers with its name. And a judge."""
    judge = {"judge": history.lab.create_agent(name="judge", model="gpt-4o", instructions="WRONG: no rhyme")}
    made = {name: history.lab.create_agent(name=name, model="gpt-4o", instructions=name) for name in TEAM}
    return {**made, **judge}


def learning_branch(history: History, **loops: Any) -> Branch:
    """A branch that is orchestrated and learns."""
    learning = LearningLoops(history.workspace, **loops)
    asked = Orchestration(policy="Choose well.", learning=learning)
    return history.branch(agents=team(history), orchestrated_by=asked)


def test_a_post_mortem_teaches_and_the_next_decision_quotes_it(history: History, persona: Persona) -> None:
    """The novice was wrong; the next poem goes to the poet, and the decision names what led it."""
    main = learning_branch(history, judge=is_right)
    first = main.ask("A poem on the sea.")
    assert first.output == "novice"
    told = first.orchestration.post_mortem
    assert told is not None
    assert (told.rating, told.dimension, len(told.learnings)) == (0.0, "agent", 1)
    second = main.ask("A poem on snow.")
    assert second.output == "poet"
    assert second.orchestration.decisions[0].learnings == told.learnings
    assert "# Learned before" not in persona.told[0] and "avoid agent novice" in persona.told[1]
    assert not any("learning" in message.text for run in (first, second) for message in run.messages)


def test_with_both_loops_off_nothing_is_quoted_nor_written(history: History, persona: Persona) -> None:
    """Though there are learnings, and a rating."""
    learned = learning_branch(history, judge=is_right).ask("A poem on the sea.")
    learned.rate(stars=1)
    before = (history.folder / FILE).read_bytes()
    off = learning_branch(history, immediate=False, delayed=False, judge=is_right).ask("A poem on snow.")
    assert off.output == "novice"
    assert off.orchestration.post_mortem is None
    assert off.orchestration.opened is not None and off.orchestration.opened.learnings == ()
    assert "# Learned before" not in persona.told[-1]
    assert (history.folder / FILE).read_bytes() == before


def test_a_replay_says_the_same_and_teaches_nothing_new(history: History) -> None:
    """What was quoted is recorded: a learning that changed since does not make the replay miss."""
    main = learning_branch(history, judge=is_right)
    main.ask("A poem on the sea.")
    second = main.ask("A poem on snow.")
    main.ask("A poem on rain.")
    before = (history.folder / FILE).read_bytes()
    again = second.replay()
    assert again.output == "poet"
    assert again.orchestration.opened == second.orchestration.opened
    said, then = again.orchestration.post_mortem, second.orchestration.post_mortem
    assert said is not None and then is not None
    assert (said.rating, said.findings, said.learnings) == (then.rating, then.findings, ())
    assert (history.folder / FILE).read_bytes() == before


@pytest.mark.parametrize(("delayed", "answers"), [(True, "poet"), (False, "novice")])
def test_a_rating_given_days_later_counts_if_the_delayed_loop_is_on(
    history: History, delayed: bool, answers: str
) -> None:
    """The user run was only completed; the stars say that it was bad."""
    main = learning_branch(history, immediate=False, delayed=delayed)
    first = main.ask("A poem on the sea.")
    history.lab.time.sleep(3 * DAY)
    first.rate(stars=1, comment="no rhyme", decision=1)
    assert Monitoring(history).decisions().column("stars") == (1,)
    assert main.ask("A poem on snow.").output == answers
    with pytest.raises(HistoryError, match="has no decision 7"):
        first.rate(stars=5, decision=7)


def test_an_agent_may_judge_and_its_tokens_are_no_work(history: History) -> None:
    """At the path "post_mortem", on a thread of its own."""
    judged = learning_branch(history, judged_by="judge").ask("A poem on the sea.")
    told = judged.orchestration.post_mortem
    assert told is not None and "wrong: no rhyme" in told.why
    assert judged.record.calls[-1].path == "post_mortem"
    assert judged.output == "novice"
    assert overhead(judged.record).work == judged.record.calls[1].usage


def test_the_experiment_shows_help_on_held_out_cases_and_none_when_shuffled(history: History) -> None:
    """Learned from five requests; six others are right with the learnings only."""
    main = learning_branch(history, judge=is_right)
    seen = {"A poem on sea.", "A poem on snow.", "A sum of ants.", "A sum of bees.", "A sum of cats."}
    for request in sorted(seen):
        main.ask(request)
    learnings = [*Learnings.of(history.workspace)]
    before = (history.folder / FILE).read_bytes()
    held_out = [
        Case(f"A {kind} on {about}.", partial(is_right, kind))
        for kind in GOOD_AT
        for about in ("rain", "stone", "wind")
    ]
    answer = answered_by(history, Orchestration(policy="Choose well."), agents=team(history))
    behind = requests_behind(history.workspace, learnings)
    assert behind == seen
    result = experiment(held_out, answer, learnings, learned_from=behind)
    assert result.helps, result.verdict
    assert (result.effect.mean, result.control.mean) == (1.0, 0.0)
    assert "The learnings help" in result.verdict
    assert (history.folder / FILE).read_bytes() == before


def test_the_verbs_show_what_was_learned_and_take_it_back(history: History) -> None:
    """`threadlab learnings` and `threadlab runs show --decisions`, from the folder alone."""
    turn = learning_branch(history, judge=is_right).ask("A poem on the sea.")
    here = ["--folder", str(history.folder)]

    def said(*verb: str) -> str:
        told = on_a_wide_page(app, [*verb, *here])
        assert told.exit_code == 0, told.output
        return told.stdout

    shown = said("runs", "show", turn.id, "--decisions")
    assert "1  answer_directly with novice" in shown and "why: As I was told." in shown
    assert "learned to avoid agent novice" in shown
    (one,) = Learnings.of(history.workspace)
    assert one.id in said("learnings", "list") and one.id in said("learnings", "weights")
    assert "2 of 5 stars" in said("runs", "rate", turn.id, "2", "no rhyme", "--decision", "1")
    assert "rated: 2 of 5 stars" in said("runs", "show", turn.id, "--decisions")
    assert "question" not in said("learnings", "satisfaction")
    assert "Nothing was changed" in said("runs", "compact", "--keep", "0", "--no-rated")
    assert "1 compacted" in said("runs", "compact", "--keep", "0", "--no-rated", "--yes")
    assert "why: As I was told." in said("runs", "show", turn.id, "--decisions")
    assert f"retired {one.id}" in said("learnings", "retire", one.id[-6:], "the novice has learned")
    assert "1 learning, all retired" in said("learnings", "list")
    assert "the novice has learned" in said("learnings", "list", "--retired")
