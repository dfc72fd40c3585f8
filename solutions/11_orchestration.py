"""Exercise 11: let a model choose who works, within a budget; then keep the rules that help.

The router is a model, and so it errs: it goes in circles, and names people who are not there. Workers fail.
The critic contradicts itself. Write `is_accepted` and `orchestrate`, which come to an end all the same. Then
`learn` and `applying`: rules from what was accepted, which must help on requests that nobody has seen.

Try it out:      python solutions/11_orchestration.py
Check it:        threadlab check 11
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from threadlab import Lab, connect, wait
from threadlab.runs import scripted_model


class Team(NamedTuple):
    """The ids of the agents, those of the workers by their names; and how many runs a request may take."""

    lab: Lab
    router: str
    workers: Mapping[str, str]
    critic: str
    most_runs: int


class Try(NamedTuple):
    """A worker's answer, empty if its run failed, and whether the critic accepted it."""

    worker: str
    answer: str
    accepted: bool


class Rule(NamedTuple):
    """For requests with this word, this worker."""

    word: str
    worker: str


def say(team: Team, agent_id: str, text: str) -> str:
    """What an agent says to a text, in one run on a thread of its own; nothing if the run fails."""
    thread = team.lab.threads.create(messages=[{"role": "user", "content": text}])
    run = wait(team.lab.runs.create(thread.id, agent_id))
    return run.messages()[-1].text if run.status == "completed" else ""


def words(request: str) -> set[str]:
    """The words of a request, in small letters."""
    return set(re.findall(r"[a-z]{3,}", request.lower()))


def question(team: Team, request: str, tries: Sequence[Try], rules: Sequence[Rule]) -> str:
    """What the router is asked. It answers with a name."""
    lines = [f"Request: {request}", f"Workers: {', '.join(team.workers)}"]
    lines += [f"Tried, and not accepted: {one.worker}" for one in tries]
    lines += [f"Rule: {rule.word} is for {rule.worker}" for rule in rules]
    return "\n".join(lines)


def judgement(request: str, answer: str) -> str:
    """What the critic is asked."""
    return f"Request: {request}\nAnswer: {answer}\nReply with one word: accepted or rejected."


def is_accepted(verdict: str) -> bool:
    """Whether the critic says "accepted", in any case, and nothing else but a full stop or the like."""
    # >>> solution
    # 1. whoever says more than the word, or both words, has not accepted
    return verdict.strip(" .!\n").lower() == "accepted"
    # <<< solution


def applying(rules: Sequence[Rule], request: str) -> list[Rule]:
    """The rules whose word is one of the request's."""
    # >>> solution
    # 1. by `words`, so that "cat" is not found in "category"
    return [rule for rule in rules if rule.word in words(request)]
    # <<< solution


def orchestrate(team: Team, request: str, rules: Sequence[Rule] = ()) -> list[Try]:
    """The tries at a request, in their order; it ends with the first that is accepted.

    In a try the router is told of the earlier ones, and of the rules that apply, and names a worker; the
    worker is told the request; the critic judges the answer, if there is one. Each of these is a run. No try
    begins if there are fewer than three runs left of `team.most_runs`. Nobody is tried twice: where the
    router names somebody again, or whom nobody knows, it is the first worker who was not tried. It ends
    when there is none.
    """
    # >>> solution
    tries: list[Try] = []
    runs = 0
    # 1. a try may take three runs: none begins that cannot be finished
    while runs + 3 <= team.most_runs:
        left = [name for name in team.workers if name not in {one.worker for one in tries}]
        if not left:
            break
        # 2. the router proposes; whom it may name is decided here
        asked = question(team, request, tries, applying(rules, request))
        named = say(team, team.router, asked).strip()
        worker = named if named in left else left[0]
        # 3. a worker that fails gives nothing to judge
        answer = say(team, team.workers[worker], request)
        verdict = say(team, team.critic, judgement(request, answer)) if answer else ""
        runs += 3 if answer else 2
        # 4. what came of it is what the next try goes by
        tries.append(Try(worker, answer, is_accepted(verdict)))
        if tries[-1].accepted:
            break
    return tries
    # <<< solution


def learn(done: Sequence[tuple[str, Sequence[Try]]]) -> list[Rule]:
    """Rules from requests and the tries at them: for a word, the worker whose answers were accepted.

    A rule needs two requests, and none that speaks for another worker.
    """
    # >>> solution
    # 1. for each word, whose answers were accepted
    accepted: dict[str, list[str]] = {}
    for request, tries in done:
        for one in tries:
            for word in sorted(words(request)) if one.accepted else ():
                accepted.setdefault(word, []).append(one.worker)
    # 2. twice, and always the same
    return [
        Rule(word, workers[0])
        for word, workers in accepted.items()
        if len(workers) > 1 and len(set(workers)) == 1
    ]
    # <<< solution


def model(asked: Any) -> str:
    """Stands in the model's place: a router, two workers, and a critic."""
    name, told = asked.instructions, asked.messages[-1].text
    if name == "router":
        taught = re.search(r"Rule: \w+ is for (\w+)", told)
        return taught[1] if taught else "poet"  # it goes in circles
    if name == "critic":
        return "Accepted." if "Sorry" not in told else "Accepted? No, rejected."
    is_poem = "poem" in told
    return (
        "O tide!" if name == "poet" and is_poem else "42" if name == "counter" and not is_poem else "Sorry."
    )


def main() -> None:
    """Four requests to learn from, and one that is new."""
    with connect(seed=11, completer=scripted_model(model)) as lab:
        lab.workbench.pace = 0
        ids = {
            name: lab.create_agent(name=name, instructions=name).id
            for name in ("router", "poet", "counter", "critic")
        }
        workers = {name: ids[name] for name in ("poet", "counter")}
        team = Team(lab, ids["router"], workers, ids["critic"], most_runs=6)
        done = []
        for request in ("A poem on rain", "A poem on snow", "A sum of two", "A sum of ten"):
            done.append((request, orchestrate(team, request)))
            print(request, [(one.worker, one.accepted) for one in done[-1][1]])
        rules = learn(done)
        print("rules:", rules)
        print("a new one, without:", [one.worker for one in orchestrate(team, "A sum of six")])
        print("a new one, with:   ", [one.worker for one in orchestrate(team, "A sum of six", rules)])


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")
