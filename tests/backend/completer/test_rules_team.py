"""A leader's instructions list a team: each part of a request becomes a task for one of its members."""

from __future__ import annotations

import pytest

from tests.backend.completer.rules_desk import STRING, TOOLS, answered, ask, function

PARAMETERS = ("team_name", "recipient", "request", "requestor")
GIVE = function("give_task", "Give a task to a member of the team.", dict.fromkeys(PARAMETERS, STRING))
LEADER = """You are an agent named 'Boss'. The name of your team is 'kitchen'. Use give_task. Your team:
- Cook: You prepare and cook meals.
- Taster: You taste and judge what was cooked.
"""
REQUEST = "Please create a task for the best member. The request is: Cook a soup, and have the soup tasted."
CHECK = "If you see a task that is left, then use give_task. Else you are done."


def test_a_team_leader_gives_each_task_to_the_member_that_the_text_names() -> None:
    """One at a time, with all arguments from the instructions and the request."""
    said = ask(REQUEST, tools=[GIVE], instructions=LEADER)
    task = {"team_name": "kitchen", "recipient": "Cook", "request": "Cook a soup", "requestor": "Boss"}
    assert said.calls == [("give_task", task)]
    assert (said.rule, said.because) == (
        "team task",
        "the next task is for Cook: its description shares “Cook” with it",
    )


def test_a_task_that_was_accepted_ends_the_leaders_run() -> None:
    """The member works on it in a run of its own."""
    task = {"team_name": "kitchen", "recipient": "Cook", "request": "Cook a soup", "requestor": "Boss"}
    said = ask(REQUEST, tools=[GIVE], instructions=LEADER, rounds=((answered("give_task", task, "True"),),))
    assert said.text == "Cook has this task now: “Cook a soup”."


def test_a_member_that_answers_at_once_is_followed_by_the_next() -> None:
    """The tool's output is the member's work: the run goes on with the next task, to the last."""
    first = ask(REQUEST, tools=[GIVE], instructions=LEADER).calls[0]
    rounds = [(answered(*first, "The soup is on the table."),)]
    second = ask(REQUEST, tools=[GIVE], instructions=LEADER, rounds=tuple(rounds)).calls[0]
    assert (second[1]["recipient"], second[1]["request"]) == ("Taster", "have the soup tasted.")
    rounds.append((answered(*second, "It needs more salt, says Taster."),))
    done = ask(REQUEST, tools=[GIVE], instructions=LEADER, rounds=tuple(rounds))
    assert "It needs more salt" in done.text
    assert done.text.endswith("No task is left.")


def test_the_next_task_follows_when_the_leader_is_asked_again() -> None:
    """What was given away stands in the thread; when nothing is left, the leader says so."""
    thread = [REQUEST, "Cook has this task now.", "Cook a soup", "Done.", CHECK]
    said = ask(*thread, tools=[GIVE], instructions=LEADER)
    assert said.calls[0][1]["recipient"] == "Taster"
    thread += ["Taster has this task now.", "have the soup tasted.", "Good.", CHECK]
    done = ask(*thread, tools=[GIVE], instructions=LEADER)
    assert done.text == "Each part of the request was given to a member of the team.\nNo task is left."


@pytest.mark.parametrize("listed", [LEADER, LEADER.replace("\n", " ")])
def test_a_member_does_its_task_and_gives_none_away(listed: str) -> None:
    """A member may have the tool as well: only who is asked for tasks uses it."""
    said = ask("weather in Rome", tools=[GIVE, *TOOLS], instructions=listed)
    assert said.calls == [("get_weather", {"city": "Rome"})]


def test_without_a_team_the_tool_is_a_tool_like_any_other() -> None:
    """What the message does not give is asked for."""
    said = ask("Please give a task", tools=[GIVE], instructions="Be kind.")
    assert said.rule == "missing argument"
