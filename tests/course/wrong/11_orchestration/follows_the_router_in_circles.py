"""Believes the router, who goes in circles until the budget is used up.

Caught by: A router that goes in circles makes nobody do the same twice
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from threadlab import wait


class Team(NamedTuple):
    """The agents."""

    lab: Any
    router: str
    workers: Any
    critic: str
    most_runs: int


class Try(NamedTuple):
    """A worker's answer."""

    worker: str
    answer: str
    accepted: bool


class Rule(NamedTuple):
    """For this word, this worker."""

    word: str
    worker: str


def say(team: Team, agent_id: str, text: str) -> str:
    """One run."""
    thread = team.lab.threads.create(messages=[{"role": "user", "content": text}])
    run = wait(team.lab.runs.create(thread.id, agent_id))
    return run.messages()[-1].text if run.status == "completed" else ""


def words(request: str) -> set[str]:
    """Small letters."""
    return set(re.findall(r"[a-z]{3,}", request.lower()))


def question(team: Team, request: str, tries: Any, rules: Any) -> str:
    """For the router."""
    lines = [f"Request: {request}", f"Workers: {', '.join(team.workers)}"]
    lines += [f"Tried, and not accepted: {one.worker}" for one in tries]
    lines += [f"Rule: {rule.word} is for {rule.worker}" for rule in rules]
    return "\n".join(lines)


def judgement(request: str, answer: str) -> str:
    """For the critic."""
    return f"Request: {request}\nAnswer: {answer}\nReply with one word: accepted or rejected."


def is_accepted(verdict: str) -> bool:
    """The word alone."""
    return verdict.strip(" .!\n").lower() == "accepted"


def applying(rules: Any, request: str) -> list[Rule]:
    """Those whose word is in it."""
    return [rule for rule in rules if rule.word in words(request)]


def orchestrate(team: Team, request: str, rules: Any = ()) -> list[Try]:
    """Try after try."""
    tries: list[Try] = []
    runs = 0
    while runs + 3 <= team.most_runs:
        left = [name for name in team.workers if name not in {one.worker for one in tries}]
        if not left:
            break
        named = say(team, team.router, question(team, request, tries, applying(rules, request))).strip()
        worker = named if named in team.workers else left[0]
        answer = say(team, team.workers[worker], request)
        verdict = say(team, team.critic, judgement(request, answer)) if answer else ""
        runs += 3 if answer else 2
        tries.append(Try(worker, answer, is_accepted(verdict)))
        if tries[-1].accepted:
            break
    return tries


def learn(done: Any) -> list[Rule]:
    """Twice, and always the same."""
    found: dict[str, list[str]] = {}
    for request, tries in done:
        for one in tries:
            for word in sorted(words(request)) if one.accepted else ():
                found.setdefault(word, []).append(one.worker)
    return [Rule(word, who[0]) for word, who in found.items() if len(who) > 1 and len(set(who)) == 1]
