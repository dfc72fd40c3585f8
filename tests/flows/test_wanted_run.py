"""What a run may be asked for: nothing that contradicts itself, from one thread, and what is given stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.flows.conftest import MakesContext
from threadlab.connect.lab import Lab
from threadlab.errors import FlowDefinitionError, FlowError, HistoryError, InputMissing, UserRunFinal
from threadlab.flows import AgentComponent, AgentNode, AgentRunner, PythonNode
from threadlab.history.plans.reuse import Reuse


def say(topic: str, word: str) -> str:
    """Both."""
    return f"{topic} {word}"


def first(topic: str) -> str:
    """The topic again."""
    return topic


ROOT = AgentComponent("agent", [PythonNode("say", say)], inputs=["topic"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"resume_run_id": "a", "previous_run_id": "b"}, "resume_run_id goes on with the same run"),
        ({"resume_run_id": "a", "start_hierarchy_path": "agent.say"}, "start_hierarchy_path makes another"),
        ({"resume_run_id": "a", "reuse": Reuse.finished()}, "reuse makes another"),
        (
            {"previous_run_id": "a", "start_hierarchy_path": "agent.say", "reuse": Reuse.finished()},
            "both say what is taken over",
        ),
        ({"reuse": Reuse.finished()}, "cannot have reuse without a previous run"),
        ({"start_hierarchy_path": "agent.say"}, "without a previous run"),
    ],
)
def test_words_that_contradict_each_other_are_refused(
    context: MakesContext, options: dict[str, Any], told: str
) -> None:
    """Before anything is looked for."""
    with pytest.raises(FlowError, match=told):
        context(ROOT, **options)


def test_one_context_asked_from_two_threads_is_one_run(context: MakesContext) -> None:
    """The others are told so."""
    run, meeting = context(AgentComponent("agent", [PythonNode("one", lambda: 1)])), Barrier(3, timeout=20)

    def ask(_: int) -> Any:
        meeting.wait()
        try:
            return AgentRunner(run.tree.root, run).run()
        except FlowError as refused:
            return "already" in refused.message

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(ask, range(3))) == [1, True, True]
    assert len(list(run.run_root.glob("run-*"))) == 1


def test_what_a_run_lacked_and_was_given_is_there_when_it_goes_on_once_more(context: MakesContext) -> None:
    """In the log, as the answer to what it asked; the hint says how to give it."""
    root = AgentComponent(
        "agent",
        [PythonNode("first", first), PythonNode("say", say, inputs={"topic": "first"})],
        inputs=["topic"],
    )
    run = context(root)
    with pytest.raises(InputMissing) as lacks:
        AgentRunner(root, run).run()
    assert f'RunContext(agent, resume_run_id={run.run_id!r}, inputs={{"topic": ...}}) goes on' in str(
        lacks.value
    )
    given = context(root, resume_run_id=run.run_id, inputs={"topic": "tides"})
    with pytest.raises(InputMissing, match=r"agent\.say lacks word"):
        AgentRunner(root, given).run()
    again = context(root, resume_run_id=run.run_id)
    again.register_node_static_input("say", {"word": "rise"})
    assert again.plan().reused == ("agent.first",) and again.plan().executed == ("agent.say",)
    assert AgentRunner(root, again).run() == "tides rise"
    assert [one.answer for one in again.record.interrupts] == ['{"topic": "tides"}', '{"word": "rise"}']
    with pytest.raises(UserRunFinal, match=r"RunContext\(agent, previous_run_id="):
        context(root, resume_run_id=run.run_id).setup_run()


def test_an_agent_that_a_dead_process_had_made_is_deleted_when_the_run_goes_on(
    context: MakesContext, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nobody here has made it: the log tells of it."""
    ask = AgentNode("ask", prompt="Say hello", instructions="Be brief.")
    root = AgentComponent("agent", [ask, PythonNode("say", say, inputs={"topic": "ask"})])
    run = context(root)
    with monkeypatch.context() as died, pytest.raises(InputMissing):
        died.setattr("threadlab.flows.services._delete_made_agents", lambda *_: None)
        AgentRunner(root, run).run()
    assert len(list(lab.list_agents())) == 1
    again = context(root, resume_run_id=run.run_id)
    again.register_node_static_input("say", {"word": "Ada"})
    assert AgentRunner(root, again).run() == "hello Ada"
    assert not list(lab.list_agents())


def test_an_agent_that_does_not_get_to_its_end_says_why(context: MakesContext) -> None:
    """Once, with the reason, and with what a flow can do about it."""
    root = AgentComponent(
        "agent", [AgentNode("ask", prompt="Say hello my friend", options={"max_completion_tokens": 1})]
    )
    with pytest.raises(HistoryError) as cut_off:
        AgentRunner(root, context(root)).run()
    assert str(cut_off.value) == (
        "agent.ask did not answer: it ended as incomplete (max_completion_tokens)\n"
        "→ rerun from there: start_hierarchy_path='agent.ask'"
    )


def test_a_root_that_is_no_component_is_told_so(context: MakesContext) -> None:
    """As an id is, which other kits take."""
    with pytest.raises(FlowDefinitionError, match="the str 'my_agent', which is no component"):
        context("my_agent")
